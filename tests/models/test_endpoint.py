"""What a person may say of a model, and what they are told where it can't be."""

import tomllib

import pytest

from duologue.errors import UserError
from duologue.models.endpoint import Endpoint, Price, read_endpoint
from duologue.protocols import Usage

URL = "http://localhost:8000/v1"


def test_an_endpoint_is_read_from_toml() -> None:
    table = tomllib.loads(
        """
        urls = ["http://a:1/v1", "http://b:1/v1/"]
        name = "gpt-oss-120b"
        key_env = "MY_KEY"
        temperature = 1
        price = { input = 0.1, cached = 0.05, output = 0.5 }
        extra = { seed = 7 }
        """
    )
    assert read_endpoint(table) == Endpoint(
        urls=("http://a:1/v1", "http://b:1/v1"),
        name="gpt-oss-120b",
        key_env="MY_KEY",
        temperature=1.0,
        price=Price(0.1, 0.5, 0.05),
        extra={"seed": 7},
    )


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://localhost:8000", URL),
        ("http://localhost:8000/", URL),
        ("http://localhost:8000/v1/", URL),
        ("http://localhost:8000/v1/chat/completions", URL),
        (" http://localhost:8000/v1 ", URL),
        ("https://host/api/openai", "https://host/api/openai"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_addresses_are_made_whole(given: str, used: str) -> None:
    assert read_endpoint({"urls": given}).urls == (used,)


def test_the_same_address_twice_is_one_replica() -> None:
    assert Endpoint(("http://localhost:8000", URL)).urls == (URL,)


REFUSED = {
    "no address": ({"urls": []}, "address of a server"),
    "no url": ({}, "urls"),
    "no scheme": ({"urls": ["localhost:8000"]}, "'localhost:8000'"),
    "another scheme": ({"urls": ["ftp://host"]}, "'ftp://host'"),
    "no host": ({"urls": ["http:///v1"]}, "'http:///v1'"),
    "odd port": ({"urls": ["http://host:99999"]}, "'http://host:99999'"),
    "broken": ({"urls": ["http://[::1"]}, "'http://[::1'"),
    "a query": ({"urls": ["http://host/v1?x=1"]}, "more than host, port and path"),
    "unknown setting": ({"urls": [URL], "temprature": 1}, "'temprature' is no setting"),
    "temperature": ({"urls": [URL], "temperature": 3}, "Valid: 0 to 2"),
    "no number": ({"urls": [URL], "temperature": "hot"}, "temperature"),
    "top_p": ({"urls": [URL], "top_p": -0.1}, "Valid: 0 to 1"),
    "nan": ({"urls": [URL], "top_p": float("nan")}, "Valid: 0 to 1"),
    "max_tokens": ({"urls": [URL], "max_tokens": 0}, "max_tokens = 0"),
    "timeout": ({"urls": [URL], "timeout": 0}, "timeout = 0"),
    "effort": ({"urls": [URL], "reasoning_effort": "hi"}, "Valid: none, minimal, low"),
    "structured": ({"urls": [URL], "structured": "xml"}, "structured"),
    "ours": ({"urls": [URL], "extra": {"stream": True}}, "'stream'"),
    "ours, of old": ({"urls": [URL], "extra": {"max_tokens": 5}}, "'max_tokens'"),
    "ours, of late": ({"urls": [URL], "extra": {"max_completion_tokens": 5}}, "'max_completion_tokens'"),
    "no attempt": ({"urls": [URL], "attempts": 0}, "attempts = 0 is out of range"),
    "no patience": ({"urls": [URL], "patience": -1}, "patience = -1"),
    "price": ({"urls": [URL], "price": {"input": -1, "output": 1}}, "input = -1.0 is no price"),
    "price of the cache": ({"urls": [URL], "price": {"input": 1, "output": 1, "cached": 2}}, "above input"),
    "half a price": ({"urls": [URL], "price": {"input": 1}}, "output"),
}


@pytest.mark.parametrize(("table", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_said_with_its_place(table: dict[str, object], words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_endpoint(table, "[models.big]")
    assert caught.value.message.startswith("[models.big]: ")
    assert words in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize("url", ["http://me:sesame@host/v1", "http://sesame@host/v1", "http://me:sesame@host:99999/v1"])
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UserError) as caught:
        read_endpoint({"urls": [url]})
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("named", "environment", "key"),
    [
        ("", {}, ""),
        ("", {"OPENAI_API_KEY": "sesame"}, "sesame"),
        ("", {"OPENAI_API_KEY": " sesame\n"}, "sesame"),
        ("MINE", {"OPENAI_API_KEY": "x", "MINE": "sesame"}, "sesame"),
    ],
)
def test_the_key_comes_from_the_environment(named: str, environment: dict[str, str], key: str) -> None:
    endpoint = Endpoint((URL,), key_env=named)
    assert endpoint.key(environment) == key
    assert "sesame" not in repr(endpoint)


@pytest.mark.parametrize("environment", [{}, {"sk-sesame": " "}])
def test_what_key_env_says_is_not_shown_where_it_names_nothing(environment: dict[str, str]) -> None:
    """It may be the key itself."""
    with pytest.raises(UserError, match="key_env") as caught:
        Endpoint((URL,), key_env="sk-sesame").key(environment)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("environment", [{"MINE": "ses ame"}, {"MINE": "ses\name"}, {"MINE": "sesäme"}])
def test_a_key_that_is_none_is_named_by_its_variable(environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match="MINE") as caught:
        Endpoint((URL,), key_env="MINE").key(environment)
    assert "ame" not in caught.value.message.replace("name", "")


@pytest.mark.parametrize(
    ("price", "dollars"),
    [(Price(1, 10), 0.0015), (Price(1, 10, 0), 0.0011), (Price(1, 10, 0.5), 0.0013), (Price(0, 0), 0)],
)
def test_money_follows_from_usage(price: Price, dollars: float) -> None:
    assert price.dollars(Usage(prompt=1000, cached=400, completion=50)) == pytest.approx(dollars)
