"""What the title of a page says about the page."""

from __future__ import annotations

import time

import pytest

from bot.core import phrases

NOT_FOUND = """
404
404 Not Found
404 - Not Found
404: This page could not be found.
Error 404 (Not Found)
Error 404 – Page not found | ACME
HTTP Status 404 – Not Found
HTTP 404 Not Found
４０４ Ｎｏｔ Ｆｏｕｎｄ
Page not found · GitHub Pages
Oops! That page can’t be found. – My Blog
Oops, page not found
Whoops! We couldn't find that page
We can't find that page
Sorry, this page isn't available. • Instagram
File not found
Object not found!
The resource cannot be found.
The page you are looking for doesn't exist
The page you requested could not be found | Uni
Page does not exist
No such page
This page no longer exists
This page has been removed
Repository not found
Content no longer available
Nothing found - Blog
410 Gone
Fehler 404: Seite nicht gefunden
Die angeforderte Seite wurde nicht gefunden
Diese Seite existiert nicht mehr
Page non trouvée - Erreur 404
Cette page n'existe pas
La página solicitada no existe
PAGINA NO ENCONTRADA
Página não encontrada – USP
Erro 404
La pagina richiesta non esiste
Errore 404
Deze pagina bestaat niet meer
Błąd 404 - Strona nie została znaleziona
Strona nie istnieje
Ошибка 404
Запрашиваемая страница не найдена
404错误
页面未找到
找不到文件或目录。
找不到頁面
ページが見つかりません
404エラー
404 오류
요청하신 페이지를 찾을 수 없습니다.
""".strip().splitlines()
OF_PAPERS = """
404 Not Found: A Study of Dead Links
404 Not Found - A Study of Dead Links
404 Not Found – Exploring Link Rot
404 Not Found | Measuring How the Scholarly Web Forgets Its Own Supplementary Data
Page Not Found: Link Rot in Legal Citations
Object Not Found in Context: Grounding by Absence
Why Was the Page Not Found?
Error 404 as Art - Journal of X
HTTP 404 errors and what to do
Model Not Available: Federated Distillation
File not found : une étude des liens morts
Seite nicht gefunden: Eine Studie
""".strip().splitlines()
OF_OTHERS = """
Page was found
Lost and found
Needle
Room 4040
The Missing Link
文件删除
页面设计
Oops
Error
FedPrompt: Communication-Efficient and Privacy Preserving Prompt Tuning
""".strip().splitlines()


@pytest.mark.untraced
@pytest.mark.parametrize("title", NOT_FOUND)
def test_a_title_that_says_nothing_but_not_found(title: str) -> None:
    assert phrases.is_not_found(title)
    assert phrases.mentions_not_found(title)


def test_a_code_beside_a_script_without_spaces_needs_none() -> None:
    assert phrases.is_not_found("HTTP404错误")


@pytest.mark.parametrize("title", OF_PAPERS)
def test_a_title_that_says_more_than_not_found(title: str) -> None:
    assert not phrases.is_not_found(title)
    assert phrases.mentions_not_found(title)


@pytest.mark.parametrize("title", OF_OTHERS)
def test_a_title_that_does_not_say_not_found(title: str) -> None:
    assert not phrases.is_not_found(title)
    assert not phrases.mentions_not_found(title)


@pytest.mark.parametrize(
    "title",
    [
        "example.org is for sale",
        "Example.org is for sale!",
        "The domain name example.org is for sale | Example Market",
        "example.org - This website is for sale! - example Resources and Information.",
        "www.example.org - Domain for sale",
        "This domain may be for sale",
        "This domain is for sale by owner",
        "Buy this domain",
        "Buy example.org",
        "Domain parked",
        "example.org is parked",
        "Parked Domain",
        "Domain name for sale",
        "Diese Domain steht zum Verkauf",
    ],
)
def test_a_title_that_offers_the_domain(title: str) -> None:
    assert phrases.is_for_sale(title, lambda: ["www.example.org"])


@pytest.mark.parametrize(
    "title",
    [
        "sex.com is for sale",
        "My Data Is for Sale",
        "Domain for Sale: An Empirical Study",
        "Privacy for Sale - How Brokers Trade",
        "Buy a domain | Example Registrar",
        "Domain parking - Encyclopedia",
        "Parked cars",
    ],
)
def test_a_title_that_offers_something_else(title: str) -> None:
    assert not phrases.is_for_sale(title, lambda: ["example.org"])


@pytest.mark.parametrize(
    "title",
    [
        "Sign in",
        "Sign In",
        "Log in",
        "Login",
        "Login - Example",
        "Example | Log in",
        "Sign in to your account",
        "Sign in - Google Accounts",
        "Sign In to Canvas",
        "Log in or sign up",
        "Anmelden",
        "登录",
    ],
)
def test_a_title_of_a_sign_in_page(title: str) -> None:
    assert phrases.is_sign_in(title)


@pytest.mark.parametrize(
    "title",
    ["Log in: A Study of Passwords", "Sign Language", "Login - A Study of Passwords", "Logging in"],
)
def test_a_title_of_no_sign_in_page(title: str) -> None:
    assert not phrases.is_sign_in(title)


@pytest.mark.parametrize(
    "title",
    [
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Access denied",
        "Access Denied | example.org",
        "Access to this page has been denied.",
        "403 Forbidden",
        "Security Checkpoint",
        "Making sure you're not a bot!",
        "Human Verification",
        "DDoS-Guard",
        "Pardon Our Interruption",
    ],
)
def test_a_title_of_a_wall(title: str) -> None:
    assert phrases.is_wall(title)


@pytest.mark.parametrize(
    "title",
    ["Access Denied: Censorship in Our Age", "Just a Moment Matching Estimator", "Captchas"],
)
def test_a_title_of_no_wall(title: str) -> None:
    assert not phrases.is_wall(title)


def test_titles_are_the_same_whatever_their_case_and_marks() -> None:
    assert phrases.is_same("404 – Página no encontrada!", "404 pagina no encontrada")
    assert not phrases.is_same("Nothing found for a", "Nothing found for b")


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    ["not ", "404 ", "oops ", "the page you re looking for ", "找不到", "error ", "domain ", "a.b-", "- ", "http ",
     "the requested ", "sorry 404 ", "页面", "ing a "],
)  # fmt: skip
def test_hostile_titles_take_no_time(piece: str) -> None:
    title = (piece * 200)[:200]

    started = time.process_time()
    phrases.is_not_found(title)
    phrases.mentions_not_found(title)
    phrases.is_for_sale(title, lambda: ["example.org"])
    phrases.is_sign_in(title)
    phrases.is_wall(title)

    assert time.process_time() - started < 0.05
