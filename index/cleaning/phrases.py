"""Single lines that are never a plan's text: image files, links of the page around it, credits, notices."""

from __future__ import annotations

import re

_IMAGE = re.compile(
    r"(?:\S+ ){0,12}\S*(?:\d{2,4}x\d{2,4})?\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?)", re.I
)
_SITE = re.compile(
    r"""
      (til|tilbake \s til|till|gå \s till|tilbage \s til|back \s to) \s (toppen|top) (\s av \s .{1,20})?
    | (hopp|hop|spring|hoppa|gå) \s (til|till|over \s til|direkte \s til) \s (hoved)?(innhold(et)?
        |indhold(et)?|innehåll(et)?|sidens \s indhold)
    | (skriv|print) \s (ut|side[nr]?|ud) (\s (siden|sidan|artikkelen))?
    | (del|dela|tip|tips) \s (på|denne|siden|sidan|en \s venn|en \s ven|sidan \s på|artikkelen) .{0,40}
    | (les|læs|läs) \s (også|og|også:|även|mer|mere|meir) (\s om)? \s* (:.{0,160}|»|>|\.{3}|…)?
    | (se|lyt) \s (også|även) \s* : .{0,160}
    | (last|ladda) \s ne[dr] \s* (\(?pdf\)?|som \s pdf|dokumentet?|filen)?
    | (relatere?de|relaterte|relaterade|aktuelle) \s (artikler|saker|sider|sidor|artiklar|lenker|links
        |länkar) \s* :?
    | (publisert|sist \s (endret|oppdatert)|oppdatert|opdateret|senest \s opdateret|publicerad
        |uppdaterad|senast \s uppdaterad) \s* :? \s* [\d.\s/:-]{4,20} (\w{3,9})? [\d.\s:]{0,12}
    | (vi \s bruker|vi \s anvender|vi \s använder|denne \s siden \s bruker) \s
        (informasjonskapsler|cookies|kakor) .{0,200}
    | lytt? \s (til \s teksten|på \s sidan) | lyssna(\s på \s sidan)? | få \s teksten \s læst \s op
    """,
    re.I | re.VERBOSE,
)
_CREDIT = re.compile(
    r"(foto(graf)?|illustrasjon|illustration|bilde|billede|bild)\s*[:/©].{1,80}", re.I
)

# What stands over an invented plan: "Oppdiktet kommune og plan, skrevet for å …".
_NOTICE = re.compile(
    r"""
      \(? (dette \s er \s en \s | dette \s er \s ein \s | det \s här \s är \s en \s | this \s is \s an? \s)?
      (oppdikte[dt]|oppdikta|opdigtet|påhitta[dt]|fiktiv|invented|fictitious) \s
      (kommune|kommun|municipality|plan|dokument|document) \b .{0,180}
    """,
    re.I | re.VERBOSE,
)


def furniture_reason(text: str) -> str:
    """Why a whole line of this text is furniture; "" where it is not."""
    if len(text) > 240:
        return ""
    if "." in text[-6:] and _IMAGE.fullmatch(text):
        return "image file"
    if _SITE.fullmatch(text):
        return "page link"
    if _CREDIT.fullmatch(text) and len(text.split()) <= 8:
        return "photo credit"
    if _NOTICE.fullmatch(text.strip("*_ ")):
        return "notice"
    if not any(character.isalnum() for character in text) and len(text) > 1:
        return "rule"
    return ""
