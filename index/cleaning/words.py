"""Word lists of Norwegian, Danish, Swedish and English that the layout rules look words up in.

They are closed classes (function words, finite verbs) and the headings that plans share, not
topics: nothing here is taken from any one plan.
"""

from __future__ import annotations

# A heading never ends with one of these, and a new phrase never begins right after one.
CONNECTORS = frozenset(
    """
    a alle at att av af an and as både begge blant bland blandt by da de deg dei dem den denne
    dens der deres desse det dette din där efter ei ein eit eller en er et etter ett för for før
    fra från frå gjennom genom gennem ha hos hvor har i ifølge in inn innen inom inden innenfor
    inkl into ikke ikkje inte is kommunens mellom mellem mellan med medan mens men min mod mot mv
    ned når og också også om on op opp or over overfor på per pr samt som sin sine sitt sit skal
    så such the til till tilbake to trods under und undan upp ut uten utan uden utover ved vid via
    vores vår våre våra vårt å åt än enn end nye ny nya nytt nyt store stora stor gode goda god
    små hele hela hel enkelte egen egne egna andre andra flere flera fleire fler mange många
    viktigste vs versus minst mindst høyst dvs eks f.eks bl.a
    """.split()
)

# Words that say "this stretch is a sentence, not a title".
FINITE_VERBS = frozenset(
    """
    er var har hadde havde hade skal skulle ska vil ville vill kan kunne kunna kunde må måtte
    måste får fikk fik fick bør burde bör borde blir bliver blev ble blei vart vert gir giver ger
    gav ga gjør gjer gør gör gjorde gjort tar tager tok kommer kom går gikk gik gick står stod
    ligger låg lå finnes findes finns fins fantes finst skjer sker mener meiner menar ønsker
    ønskjer ønskede önskar vet viser viste visar ser angir angiver anger gjelder gjeld gælder
    gäller bidrar bidrager heter heiter hedder innebærer indebærer innebär betyr betyder
    inneholder indeholder innehåller omfatter omfattar arbeider arbejder arbetar jobber jobbar
    styrker stärker sikrer säkrar skaper skaber skapar is are was were has have had will would
    shall should can could must may does did
    """.split()
)

# Common first words of sentences: capitals on these are not names.
STARTERS = frozenset(
    """
    det den de dette denne disse desse detta dessa vi jeg jag eg han hun hon ho man en et ett ein
    ei i på for før för fra från frå til till ved vid med av af om som når hvis hvordan hvorfor
    hva hvilke hvem hvor hvad korleis kvifor kva hur varför vad vilka vem var dersom derfor därför
    difor dermed därmed samtidig samtidigt her här der där da då så men og och også också nå nu no
    etter efter gjennom genom gennem mange många flere flera fleire alle alla både dessuten
    dessutom desuden videre vidare slik sådan således såleis selv själv sjølv siden sedan sidan
    under over över utover utöver mellom mellem mellan ifølge enligt iflg ut uten uden utan vår
    våre vores vårt våra målen syftet kommunen kommunens byrådet kommunestyret kommunalbestyrelsen
    kommunfullmäktige nämnden formålet målet målene målsetningen hensikten hensigten ambisjonen
    ambitionen planen strategien strategin arbeidet arbejdet arbetet politikken politiken hver
    hvert varje kvar viktige gode god gott godt fremtidens framtidens dagens fem fire tre to fyra
    seks sex første första ingen inga noen nogle några annen annet andet annan nedenfor
    nedenstående nedan følgende följande the this these we it in on with our by
    """.split()
)

# A title hardly ever begins with one of these: they open sentences whose verb or subject follows.
OPENS_SENTENCE = frozenset(
    """
    det den de dette denne disse detta dessa vi jeg jag eg han hun hon her här som at att derfor
    därför difor dermed därmed med i på når när hvis om dersom da då så samtidig samtidigt men og
    och også nu nå etter efter dessuten dessutom desuden videre vidare slik sådan således selv
    själv siden sedan ifølge enligt der där ved vid man både alle alla mange många nedenfor nedan
    blant bland mens medan medens fordi ettersom eftersom selvom dels enten antingen skal ska må
    kan vil
    """.split()
)

STARTERS |= OPENS_SENTENCE

# Infinitives, imperatives and verbal nouns that open the points of a plan's lists.
ITEM_STARTS = frozenset(
    """
    arbeide arbeid arbejde arbeta arrangere arrangera avklare avvikle anvende använda begrense
    begrænse bedre bevare bevara bidra bidrage bruke bruge bygge bygga benytte delta deltage dele
    dela drive driva effektivisere effektivisera etablere etablera evaluere utvärdera fastsette
    finne finde finna fjerne fokus følge følgje följa fornye forankre förankra forbedre forebygge
    förebygga förbättra fordele forenkle forenkla förenkla formidle forsterke fortsette fortsætte
    fortsätta fremme fremja främja frigjøre frigøre føre gi give ge gjennomføre gennemføre
    genomföra gjennomgå gjøre gøre gjere göra hindre hjelpe hjælpe hjälpa holde hålla hente hæve
    høyne höja igangsette igangsætte iverksette iværksætte identifisere identifisera implementere
    implementera informere informera inkludere inkludera innføre innarbeide innhente indføre
    indsamle inddrage införa integrere integrera invitere kartlegge kartlægge kartlägga
    kommunisere kommunicere koordinere kvalitetssikre kjøpe købe köpa lage lave legge lægge lägga
    lede leda levere leverera lære lära motivere motivera minske måle mäta møte møde möta nå oppnå
    opnå uppnå opprette opprettholde oprette opdatere oppdatere uppdatera ordne øke øge öka økt
    øget ökad planlegge planlægge planera presentere prioritere prioritera prøve pröva redusere
    reducere reducera rekruttere rekrytera revidere samarbeide samarbejde samarbeta samle samla
    samordne samordna satse satsa se sende sette sætte sätta sikre sikra säkra skape skabe skapa
    skaffe skaffa spre sprede sprida stille ställa stimulere stimulera støtte stödja styre styra
    styrke styrkje stärka styrket styrkt stärkt synliggjøre synliggøre synliggöra ta tage teste
    tilby tilbyde tilrettelegge tilpasse tydeliggjøre tydliggöra tilføre understøtte utarbeide
    udarbeide udarbejde utarbeta utbygge udbygge utrede utreda utvide utvikle utvikling udvikle
    udvikling utveckla utveckling undersøke undersøge undersöka vedlikeholde vedligeholde
    vektlegge velge vælge verne videreføre videreutvikle videreudvikle vidareutveckla vise visa
    vurdere vurdering värdera ivareta innsats erbjuda anordna inrätta minska tillgängliggöra
    uppmuntra tillvarata mangler god godt gode flere færre färre fler bättre høyere höjd jevnlig
    løpende
    """.split()
)

# Headings that plans share: short ones are believed on a page of their own or inside a line.
PLAIN_TITLES = frozenset(
    """
    innledning indledning inledning innleiing forord förord føreord bakgrunn baggrund bakgrund
    formål føremål syfte hensikt sammendrag samandrag sammenfatning sammanfattning resumé resume
    visjon vision visjonen visionen verdier værdier värderingar verdiar mål målsetninger
    målsætninger målsättningar hovedmål delmål overordnede strategier strategi strategiske tiltak
    tiltaksplan handlingsplan handleplan indsatser indsatsområder innsatsområder satsingsområder
    satsningsområder insatser insatsområden åtgärder fokusområder fokusområden indikatorer
    organisering oppfølging opfølgning uppföljning evaluering utvärdering ansvar økonomi ekonomi
    avslutning afslutning avslutande utfordringer udfordringer utmaningar utfordringar muligheter
    metode metod definisjoner definitioner begreper medvirkning implementering resultater resultat
    resultatmål vedlegg bilag bilaga status nåsituasjon nuläge nulägesbeskrivning innspill
    referanser referencer referenser kilder källor rammer avgrensning avgränsning målgruppe
    målgrupp lovgrunnlag
    """.split()
)

# Titles that say what part of a plan's pattern follows: they stand below the field they belong to.
ROLE_TITLES = frozenset(
    """
    tiltak tiltaka indsatser indsats insatser åtgärder mål målsetninger målsætninger delmål
    hovedmål resultatmål indikatorer strategier handlinger aktiviteter opgaver oppgaver uppgifter
    indikatorar ansvar oppfølging opfølgning uppföljning status utfordringer udfordringer utmaningar
    """.split()
)

CONTENTS_WORDS = frozenset(
    """
    innhold innholdsfortegnelse innhald innhaldsliste innholdsliste innholdsoversikt indhold
    indholdsfortegnelse indholdsoversigt innehåll innehållsförteckning contents
    """.split()
)
