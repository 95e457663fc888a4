"""What the title of a page says about the page: not there, for sale, a sign-in, a wall.

A title is cut at the marks that sites put between a page's name and their own, and each part is
read by itself: it has to be such a phrase from its first word to its last. Papers carry the same
words ("404 Not Found: A Study of Dead Links"), so a colon cuts nothing, and a title of which
another part reads like a paper's is not believed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CUTS = re.compile(
    r"\s+[-~/>]+\s+|\s*[|\u00b7\u2022\u00bb\u00ab\u203a\u2039\u2013\u2014\u2015\u22c5]+\s*|\s+::\s+"
)
"""Where a title is cut; a hyphen or slash only between spaces."""
_NAME_WORDS = 6
"""Words of the longest name of a site that is believed to be one."""
_APOSTROPHES = re.compile("['\u2019\u2018`\u00b4]")
_NO_WORD = re.compile(r"[\W_]+")
_BETWEEN_NAMES = re.compile(r"[^\w.-]+")


def _folded(text: str) -> str:
    """The text in one case, without accents; a wide letter is a letter."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(char for char in wide if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).replace("\u0142", "l")


def _words(part: str) -> str:
    """The words of folded text, with one space between each two."""
    return _NO_WORD.sub(" ", _APOSTROPHES.sub("", part)).strip()


@lru_cache(maxsize=16)
def _parts(title: str) -> tuple[str, ...]:
    return tuple(part for part in _CUTS.split(_folded(title)) if _words(part))


# ---- not there ----

_CODE = "(?:(?:http|https|status|code|error|err) )*4(?:04|10)(?: (?:error|page|gone|http))*"
_OPENING = "(?:o+ps|who+ps|ups|uh oh|ouch|hmm+|ah|sorry|error|we ?re sorry|we are sorry|were sorry|so sorry)"
_THING = (
    "(?:page|web ?page|file|document|resource|url|article|repository|content|item|post|paper|object"
    "|project|entry|record|publication|video|dataset|data set|model|link|address|path|route|topic"
    "|profile|user|directory|file or directory|page or file)"
)
_WANTED = (
    "(?: (?:that )?(?:you|we)(?:re| are| were| have| ve)?"
    " (?:requested|want|wanted|(?:looking|searching|asking|asked|looked) for"
    "|(?:trying|attempting|tried) to (?:reach|access|view|find|open|visit)))?"
)
_MISSING = (
    "(?:(?:(?:was |is |were |are )?not|wasnt|isnt) found(?: (?:here|on this server))?"
    "|(?:could not|couldnt|can not|cannot|cant) be (?:found|located|displayed)"
    "|(?:does not|doesnt|no longer|did not|didnt)(?: seem to)? exists?(?: any ?more)?"
    "|(?:(?:is |are |was )?(?:no longer|not)|isnt) (?:available|here|there)(?: any ?more| right now)?"
    "|(?:is )?(?:unavailable|missing|gone)"
    "|(?:has been|was|is) (?:removed|deleted))"
)
_ENGLISH = (
    f"(?:(?:the|this|that|your|our) )?(?:requested |specified |web )?{_THING}{_WANTED} {_MISSING}"
    "|(?:the |this |that )?(?:requested )?(?:web ?)?site(?: was| is)? not found"
    "|not found"
    "|(?:we )?(?:can not|cannot|cant|could not|couldnt|did not|didnt) find (?:that|the|this|your|a)"
    f" {_THING}{_WANTED}"
    f"|no such {_THING}"
    "|(?:missing|deleted|unknown|invalid) (?:page|file|document|url)"
    "|nothing (?:was )?found(?: here)?"
    "|(?:there is |theres )?nothing here"
)
# Folded: without accents, so that "página" and "pagina" are one.
_GERMAN = (
    "(?:die |diese |der |das |dieses )?(?:angeforderte |gewunschte |gesuchte |aufgerufene )?"
    "(?:web)?(?:seite|datei|dokument|objekt|inhalt|artikel|url)"
    " (?:(?:wurde |ist |konnte )?(?:leider )?nicht (?:mehr )?(?:gefunden(?: werden)?|verfugbar|vorhanden)"
    "|existiert (?:leider )?nicht(?: mehr)?)"
    "|nicht gefunden"
    "|(?:fehler 404|404 fehler)"
)
_FRENCH = (
    "(?:la |cette |le |ce )?(?:page|document|fichier|contenu|article|ressource)"
    "(?: demandee?| que vous (?:demandez|recherchez|cherchez|avez demandee?))?"
    " (?:(?:est )?(?:introuvable|inexistante?)|non trouvee?|nexiste (?:pas|plus)"
    "|na (?:pas ete|pas pu etre|pu etre) trouvee?|nest (?:pas|plus) disponible|indisponible)"
    "|non trouvee?"
    "|erreur 404"
)
_SPANISH = (
    "(?:la |esta |el |este )?(?:pagina|archivo|documento|recurso|contenido|articulo)"
    "(?: solicitad[ao]| que (?:busca|buscas|esta buscando|estas buscando))?"
    " (?:no (?:ha sido |fue |pudo ser |se ha )?encontrad[ao]|(?:ya )?no existe"
    "|no se (?:encuentra|encontro)"
    "|(?:ya )?no (?:esta )?disponible)"
    "|no encontrad[ao]"
)
_PORTUGUESE = (
    "(?:a |esta |o |este )?(?:pagina|arquivo|ficheiro|documento|conteudo|artigo|recurso)"
    "(?: solicitad[ao]| que voce (?:procura|procurou|esta procurando))?"
    " (?:nao (?:foi |pode ser )?encontrad[ao]|nao existe(?: mais)?|(?:nao esta (?:mais )?|in)disponivel)"
    "|nao encontrad[ao]"
    "|erro 404"
)
_ITALIAN = (
    "(?:la |questa |il |questo )?(?:pagina|file|documento|risorsa|contenuto|articolo)"
    "(?: richiest[ao]| cercat[ao]| che (?:cerchi|stai cercando))?"
    " (?:non (?:e stat[ao] )?trovat[ao]|non esiste(?: piu)?|non (?:e )?(?:piu )?disponibile|inesistente)"
    "|non trovat[ao]"
    "|errore 404"
)
_DUTCH = (
    "(?:de |deze |het |dit )?(?:opgevraagde |gevraagde |gezochte )?(?:web)?"
    "(?:pagina|bestand|document|artikel|inhoud)"
    " (?:(?:is |werd |kon )?niet (?:meer )?(?:worden )?(?:gevonden(?: worden)?|beschikbaar)"
    "|bestaat niet(?: meer)?)"
    "|niet gevonden"
    "|fout 404"
)
_POLISH = (
    "(?:szukana |zadana |ta )?(?:strona|podstrona) nie (?:zostala )?(?:znaleziona|odnaleziona|istnieje)"
    "|nie (?:znaleziono|odnaleziono)(?: (?:takiej )?(?:strony|pliku|dokumentu|zasobu))?"
    "|(?:strony|pliku|dokumentu) nie (?:znaleziono|odnaleziono)"
    "|blad 404"
)
_RUSSIAN = (
    "(?:запрашиваемая |запрошенная |эта |данная |такая )?страница не (?:найдена|существует)"
    "|(?:такой |этой )?страницы (?:не (?:найдено|существует)|нет)"
    "|(?:файл|документ|объект) не найден"
    "|страница удалена"
    "|не найдено"
    "|ошибка 404"
    "|404 ошибка"
)
# Without spaces, which stand anywhere or nowhere in these.
_CHINESE = (
    "(?:您|你)?(?:要|所)?(?:访问|請求|请求|查找|訪問)?的?(?:该|該|此)?(?:页面|頁面|网页|網頁|文件|内容|內容|文章)"
    "(?:(?:已经|已經|已)?不存在|未找到|没有找到|沒有找到|找不到了?|无法找到|無法找到|不见了|(?:已被?|被)(?:删除|刪除))"
    "(?:或已被?(?:删除|刪除))?"
    "|(?:找不到|未找到|没有找到|沒有找到|无法找到|無法找到)(?:您|你)?(?:要?(?:访问|请求|查找))?的?(?:该|該|此)?"
    "(?:页面?|頁面?|网页|網頁|文件或目[录錄]|文件|檔案|资源|資源)"
)
_JAPANESE = (
    "(?:お探しの|指定された|ご指定の|この|該当する)?(?:ページ|ファイル|記事|コンテンツ)(?:は|が|を)?"
    "(?:見つかりません(?:でした)?|存在しません|ありません|見つけることができませんでした)"
)
_KOREAN = (
    "(?:요청하신|찾으시는|요청한)?(?:페이지|파일|문서|게시물)(?:를|을|가|이|은|는)?"
    "(?:찾을수(?:없습니다|없음|가없습니다)|존재하지않습니다|없습니다)"
    "|존재하지않는(?:페이지|문서|게시물)(?:입니다)?"
)

_STATED = _folded(
    f"{_ENGLISH}|{_GERMAN}|{_FRENCH}|{_SPANISH}|{_PORTUGUESE}|{_ITALIAN}|{_DUTCH}|{_POLISH}|{_RUSSIAN}"
)
_STATED_UNSPACED = _folded(f"{_CHINESE}|{_JAPANESE}|{_KOREAN}")
_CODE_UNSPACED = _folded(
    "(?:http|error|错误|錯誤|エラー|오류|에러)?404(?:error|错误|錯誤|エラー|오류|에러)?"
)
_SORRY_UNSPACED = _folded(
    "(?:很?抱歉|对不起|對不起|申し訳ありません|申し訳ございません|죄송합니다|error)?"
)

_NOT_FOUND = f"(?:{_OPENING} )*(?:{_CODE}|{_STATED})(?: (?:{_OPENING}|{_CODE}|{_STATED}))*"
_NOT_FOUND_UNSPACED = f"(?:{_CODE_UNSPACED}|(?:{_CODE_UNSPACED})?{_SORRY_UNSPACED}(?:{_STATED_UNSPACED})(?:{_CODE_UNSPACED})?)"
_SOMEWHERE = f"(?<![a-z0-9])(?:{_CODE}|{_STATED})(?![a-z0-9])"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A large pattern, compiled when the first title wants it: at the start others wait for it."""
    return re.compile(pattern)


def is_not_found(title: str) -> bool:
    """Whether the title is one of a page that is not there, and of nothing else.

    >>> is_not_found("404 Not Found | Example"), is_not_found("Object Not Found in Context")
    (True, False)
    """
    # The pattern for whole parts takes its time to compile, and hardly any title needs it.
    is_out = title.isascii() and not mentions_not_found(title)
    return not is_out and _has_part(title, _is_not_found)


@lru_cache(maxsize=16)
def mentions_not_found(title: str) -> bool:
    """Whether the words stand in the title at all, as they may do in a paper's, too."""
    words = _words(_folded(title))
    if _compiled(_SOMEWHERE).search(words):
        return True
    unspaced = _unspaced(words)
    return bool(unspaced and _compiled(_STATED_UNSPACED).search(unspaced))


def is_same(title: str, other: str) -> bool:
    """Whether two titles have the same words."""
    return _words(_folded(title)) == _words(_folded(other))


def _is_not_found(part: str) -> bool:
    words = _words(part)
    if _compiled(_NOT_FOUND).fullmatch(words):
        return True
    unspaced = _unspaced(words)
    return bool(unspaced and _compiled(_NOT_FOUND_UNSPACED).fullmatch(unspaced))


def _unspaced(words: str) -> str:
    """The words run together; '' where no script is among them that does without spaces."""
    return "" if words.isascii() else words.replace(" ", "")


def _has_part(title: str, is_phrase: Callable[[str], bool]) -> bool:
    """Whether a part of the title is such a phrase, and each of the others may be a name."""
    parts = _parts(title)
    others = [part for part in parts if not is_phrase(part)]
    return len(others) < len(parts) and all(map(_may_be_name, others))


_SENTENCE = re.compile(
    r"(?:an?|on|how|why|when|what|towards?|from|une?|eine?|una|um|uma|sur|uber|sobre)\b"
    r"|\w+ing \w+ \w+"
)
"""How a paper's title begins and hardly ever the name of a site."""


def _may_be_name(part: str) -> bool:
    words = _words(part)
    return words.count(" ") < _NAME_WORDS and not _SENTENCE.match(words)


# ---- for sale ----

_THIS_DOMAIN = (
    r"(?:(?:the|this|your) )?(?:premium )?(?:domain|website|web site|domain name|web address)"
)
_FOR_SALE = (
    rf"(?:(?:{_THIS_DOMAIN}|(?P<before>HOST)|{_THIS_DOMAIN} (?P<between>HOST))"
    r" (?:is |may be |might be |could be )?(?:now |available )?for sale(?: now| by owner| here)?"
    r"|(?:buy|purchase|acquire|get) (?:(?:this|the) domain(?: name)?|(?P<after>HOST))(?: now| today)?"
    r"|(?:(?:this )?(?:domain(?: name)?|website)|(?P<parked>HOST)) (?:is )?parked(?: page)?"
    r"|(?:a )?parked (?:domain(?: name)?(?: page)?|page)"
    r"|domain(?: name)? (?:zu verkaufen|a vendre|en venta)"
    r"|diese (?:domain|webseite|website) steht zum verkauf"
    r"|(?P<german>HOST) steht zum verkauf)".replace("HOST", r"[\w-]+(?:\.[\w-]+)+")
)


def is_for_sale(title: str, hosts: Callable[[], Iterable[str]]) -> bool:
    """Whether the title offers the page's own domain; a name in it has to be one of `hosts`.

    >>> is_for_sale("example.org is for sale!", lambda: ["www.example.org"])
    True
    >>> is_for_sale("example.org is for sale!", lambda: ["news.example.com"])
    False
    """

    def is_offer(part: str) -> bool:
        words = " ".join(word.strip(".-") for word in _BETWEEN_NAMES.split(part))
        found = _compiled(_FOR_SALE).fullmatch(words.strip())
        if not found:
            return False
        named = {name.removeprefix("www.") for name in found.groups() if name}
        return not named or named <= {_folded(host).removeprefix("www.") for host in hosts()}

    return _has_part(title, is_offer)


# ---- sign-in and walls ----

_SIGN_IN = (
    "(?:please )?(?:sign|log) ?(?:in|on)(?: (?:page|required|form|now|here))?"
    "(?: (?:or|and) (?:sign up|register|create(?: an)? account|join))?"
    "(?: to (?:continue|your account|view .+|\\w+(?: \\w+)?)| with .+)?"
    "|(?:user |member |account |web |secure |central )?login(?: (?:page|required|form|service))?"
    "|(?:login|sign in|log in) to \\w+(?: \\w+)?"
    "|(?:single sign on|sso|authentication required|authentication|identity provider)"
    "|anmelden|anmeldung|einloggen|connexion|se connecter|iniciar sesion|acceder|entrar|accedi|inloggen"
    "|logowanie|zaloguj sie|вход|войти|登录|登錄|登入|ログイン|로그인"
)
_WALL = (
    "just a moment|attention required|one moment(?: please)?|please wait(?: \\w+)?"
    "|(?:403 )?(?:access|request|permission)(?: is)? (?:denied|blocked|rejected|forbidden)"
    "|access to this (?:page|site|website|resource) (?:has been|is|was) (?:denied|blocked|restricted)"
    "|(?:error )?(?:401|403|429)(?: (?:forbidden|error|unauthorized|too many requests))*"
    "|forbidden|unauthorized|too many requests|you have been blocked|sorry you have been blocked"
    "|are you (?:a )?(?:robot|human)|(?:robot|bot|human|security|browser|captcha|ddos)"
    " (?:check|challenge|verification|detection|protection)|captcha|recaptcha"
    "|(?:please )?(?:verify|prove|confirm)(?: that)? you(?:re| are) (?:a )?(?:human|not a (?:ro)?bot)"
    "|making sure youre not a bot|pardon our interruption|client challenge|ddos guard"
    "|checking your browser(?: before accessing .+)?|validate user|security checkpoint"
    "|vercel security checkpoint|radware (?:bot manager )?captcha|unsupported browser"
)


def is_sign_in(title: str) -> bool:
    """Whether the title is one of a sign-in page.

    >>> is_sign_in("Sign in to your account"), is_sign_in("Login - Example")
    (True, True)
    """
    return _has_part(title, lambda part: bool(_compiled(_SIGN_IN).fullmatch(_words(part))))


def is_wall(title: str) -> bool:
    """Whether the title is one of a page that keeps programs out, or asks for proof of a person.

    >>> is_wall("Just a moment..."), is_wall("Attention Required! | Cloudflare")
    (True, True)
    """
    return _has_part(title, lambda part: bool(_compiled(_WALL).fullmatch(_words(part))))
