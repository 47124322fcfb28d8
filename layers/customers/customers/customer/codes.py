"""Codes and names that others keep: countries, currencies, time zones, languages, telephone numbers.

Each function knows what is current today, so only what is about to be stored passes through here: what was stored
before stays readable when a currency or a zone retires. The libraries load with the first request that needs them.
"""

import re
import unicodedata
from functools import cache

from customers.customer.tax_ids import UNION_CODES

# Names in daily use that ISO 3166-1 words in another way: in English in Unicode's CLDR, in shops such as WooCommerce,
# and in older lists. Its codes and its short, common and official names come from pycountry.
COUNTRY_ALIASES = {
    "Aotearoa New Zealand": "NZ",
    "Ascension Island": "SH",
    "Belau": "PW",
    "Bonaire, Saint Eustatius and Saba": "BQ",
    "Bosnia": "BA",
    "Britain": "GB",
    "Brunei": "BN",
    "Burma": "MM",
    "Cape Verde": "CV",
    "Canary Islands": "ES",
    "Caribbean Netherlands": "BQ",
    "Ceuta and Melilla": "ES",
    "Chagos Archipelago": "IO",
    "Clipperton Island": "FR",
    "Cocos Islands": "CC",
    "Congo-Brazzaville": "CG",
    "Congo-Kinshasa": "CD",
    "Congo (DRC)": "CD",
    "Diego Garcia": "IO",
    "DR Congo": "CD",
    "East Timor": "TL",
    "England": "GB",
    "Faeroe Islands": "FO",
    "Falkland Islands": "FK",
    "French Guyana": "GF",
    "FYR Macedonia": "MK",
    "Great Britain": "GB",
    "Heard and McDonald Islands": "HM",
    "Holland": "NL",
    "Holy See": "VA",
    "Hong Kong, China": "HK",
    "Islas Malvinas": "FK",
    "Ivory Coast": "CI",
    "Lao PDR": "LA",
    "Libyan Arab Jamahiriya": "LY",
    "Macau": "MO",
    "Macedonia": "MK",
    "Macedonia, the former Yugoslav Republic of": "MK",
    "Mainland China": "CN",
    "Micronesia": "FM",
    "Northern Ireland": "GB",
    "Palestine": "PS",
    "Palestinian Territories": "PS",
    "Palestinian Territory": "PS",
    "Pitcairn Islands": "PN",
    "Republic of Ireland": "IE",
    "Russia": "RU",
    "Saint Helena": "SH",
    "Saint Martin": "MF",
    "Saint Martin (Dutch part)": "SX",
    "Sark": "GG",
    "Scotland": "GB",
    "Sint Maarten": "SX",
    "Svalbard": "SJ",
    "Swaziland": "SZ",
    "Tristan da Cunha": "SH",
    "Turkey": "TR",
    "U.S. Outlying Islands": "UM",
    "United States (US) Minor Outlying Islands": "UM",
    "U.S.": "US",
    "U.S.A.": "US",
    "UAE": "AE",
    "UK": "GB",
    "Vatican": "VA",
    "Vatican City": "VA",
    "Wales": "GB",
    # ISO 3166-1 has no code for Kosovo: these are among those that it leaves to its users, and who bills there, such
    # as the EU, the banks and Stripe, uses them.
    "XK": "XK",
    "XKX": "XK",
    "Kosovo": "XK",
}

MAX_COUNTRY_NAME = 100
"""The most characters that the name of a country may have."""

# RFC 5646 section 2.1; langcodes has replaced the grandfathered tags.
_LANGUAGE_TAG = (
    r"([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})"  # language
    r"(-[a-z]{4})?(-[a-z]{2}|-[0-9]{3})?"  # script, region
    r"(-[a-z0-9]{5,8}|-[0-9][a-z0-9]{3})*"  # variants
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?"  # extensions, private use
    r"|x(-[a-z0-9]{1,8})+"
)


def country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country; LookupError if it is unknown.

    Understands alpha-2, alpha-3 and the English names, without regard to case, accents, punctuation, the order of the
    words and such words as "the": `The Bahamas`, `Cote d'Ivoire`, `Korea, South`, `St. Lucia`. What follows in brackets
    may be another name or a code of the same country: `Myanmar (Burma)`, `United States (US)`.
    """
    try:
        return _country(text)
    except LookupError:
        name, bracket, rest = text.partition("(")
        if not bracket or _country(name.strip()) != (code := _country(rest.strip(" )"))):
            raise
        return code


def tax_country(text: str) -> str:
    """The country of a tax id: `country`, the European Union's `EL` and `XI` too, and `EU` for its One Stop Shop."""
    return {"EU": "EU", **UNION_CODES}.get(text.upper()) or country(text)


def currency(text: str) -> str:
    """The ISO 4217 code of a currency that is in use, in capitals; LookupError if it is unknown."""
    import pycountry

    found = pycountry.currencies.get(alpha_3=text)
    if found is None:
        raise LookupError
    return str(found.alpha_3)


def time_zone(text: str) -> str:
    """The name of a zone of the IANA time zone database, links included; LookupError if it is unknown.

    The names come from the tzdata package on every machine alike: Lambda has no zone files, and others also have
    files that are no zones.
    """
    if text not in _time_zones():
        raise LookupError
    return text


def locale(text: str) -> str:
    """The canonical form of a BCP 47 language tag (RFC 5646 section 4.5), `fr_fr` included: `fr-FR`.

    Whether anybody speaks it is not checked. Raises ValueError when it is not well-formed.
    """
    import langcodes

    tag = langcodes.standardize_tag(text)
    if not re.fullmatch(_LANGUAGE_TAG, tag, re.IGNORECASE | re.ASCII):  # langcodes also takes `123` for a language
        raise ValueError
    return tag


def e164(phone: str, region: str | None) -> str | None:
    """The ITU-T E.164 form of a telephone number, when it is a valid one; without its extension, which E.164 lacks.

    `region` is the country (ISO 3166-1 alpha-2) in which a number without a country code was meant.
    """
    if region is None and not {"+", "\uff0b"} & {*phone}:  # the second is full-width
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(text: str) -> str:
    import pycountry

    found = pycountry.countries.get(alpha_2=text) or pycountry.countries.get(alpha_3=text)
    return str(found.alpha_2) if found else _country_names()[_words(text)]


@cache
def _country_names() -> dict[frozenset[str], str]:
    import pycountry

    kinds = ("name", "common_name", "official_name")
    names = {getattr(c, kind): c.alpha_2 for c in pycountry.countries for kind in kinds if hasattr(c, kind)}
    return {_words(name): code for name, code in (names | COUNTRY_ALIASES).items()}


@cache
def _time_zones() -> frozenset[str]:
    import pkgutil

    return frozenset((pkgutil.get_data("tzdata", "zones") or b"").decode().split())


def _words(text: str) -> frozenset[str]:
    """The words of a name, as far as they tell countries apart."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    if len(decomposed) > MAX_COUNTRY_NAME:  # compatibility characters become up to 18 others
        raise LookupError
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = re.findall(r"\w+", re.sub(r"[.'`\u2019]", "", plain))
    told = frozenset("saint" if word == "st" else word for word in words) - {"the", "of", "and"}
    return told - {"sar", "china"} if "sar" in told else told  # Hong Kong SAR China
