"""The app: which views there are, in which order; nothing else."""

import streamlit as st

from nabo.ui import ask, frame, library
from nabo.ui.texts import text

frame.begin()
page = st.navigation(
    [
        st.Page(ask.show, title=text("nav_ask"), icon=":material/search:", default=True),
        st.Page(
            library.show, title=text("nav_library"), icon=":material/menu_book:", url_path="library"
        ),
    ],
    position="top",
)
page.run()
frame.end()
