"""Tax ids: which types there are, where they belong, and what can be said of a value.

The types are those of Stripe and Orb. python-stdnum says whether a number is right, where it knows the type. That is
advice: a wrong number is still the customer's number, and goes on the invoice as it was sent.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module

TYPES: Mapping[str, str] = {
    "ad_nrt": "ad.nrt",
    "ae_trn": "",
    "al_tin": "al.nipt",
    "am_tin": "",
    "ao_tin": "",
    "ar_cuit": "ar.cuit",
    "au_abn": "au.abn",
    "au_acn": "au.acn",
    "au_arn": "",
    "au_wpn": "",
    "aw_tin": "",
    "az_tin": "az.voen",
    "ba_tin": "",
    "bb_tin": "",
    "bd_bin": "",
    "bf_ifu": "",
    "bg_uic": "bg.vat",
    "bh_vat": "",
    "bj_ifu": "",
    "bo_tin": "",
    "br_cnpj": "br.cnpj",
    "br_cpf": "br.cpf",
    "bs_tin": "",
    "bw_vat": "",
    "by_tin": "by.unp",
    "ca_bn": "ca.bn",
    "ca_gst_hst": "ca.bn",
    "ca_pst_bc": "",
    "ca_pst_mb": "",
    "ca_pst_sk": "",
    "ca_qst": "",
    "cd_nif": "",
    "ch_uid": "ch.uid",
    "ch_vat": "ch.vat",
    "ci_vat": "",
    "cl_tin": "cl.rut",
    "cm_niu": "",
    "cn_tin": "cn.uscc cn.ric",
    "co_nit": "co.nit",
    "cr_tin": "cr.cpj cr.cpf cr.cr",
    "cv_nif": "",
    "cz_dic": "cz.dic",
    "de_stn": "de.stnr",
    "do_rcn": "do.rnc do.cedula",
    "ec_ruc": "ec.ruc",
    "eg_tin": "eg.tn",
    "es_cif": "es.nif",
    "et_tin": "",
    "eu_oss_vat": "eu.oss",
    "eu_vat": "eu.vat",
    "fo_vat": "fo.vn",
    "fr_siren": "fr.siren",
    "fr_siret": "fr.siret",
    "fr_spi": "fr.nif",
    "gb_vat": "gb.vat",
    "ge_vat": "",
    "gh_tin": "gh.tin",
    "gi_tin": "",
    "gn_nif": "gn.nifp",
    "hk_br": "",
    "hr_oib": "hr.oib",
    "hu_tin": "hu.anum",
    "ic_nif": "es.nif",
    "id_npwp": "id.npwp",
    "il_vat": "il.hp il.idnr",
    "in_gst": "in_.gstin",
    "is_kt": "is_.kennitala",
    "is_vat": "is_.vsk",
    "it_cf": "it.codicefiscale",
    "jp_cn": "jp.cn",
    "jp_rn": "",
    "jp_trn": "jp.cn",
    "ke_pin": "ke.pin",
    "kg_tin": "",
    "kh_tin": "",
    "kr_brn": "kr.brn",
    "kz_bin": "",
    "la_tin": "",
    "li_uid": "ch.uid",
    "li_vat": "",
    "lk_vat": "",
    "ma_vat": "",
    "md_cf": "md.idno",
    "md_vat": "",
    "me_pib": "me.pib",
    "mk_vat": "mk.edb",
    "mr_nif": "",
    "mu_vat": "",
    "mx_rfc": "mx.rfc",
    "my_frp": "",
    "my_itn": "",
    "my_sst": "",
    "mz_nuit": "mz.nuit",
    "ng_tin": "",
    "no_vat": "no.mva",
    "no_voec": "",
    "np_pan": "",
    "nz_bn": "ean",
    "nz_gst": "nz.ird",
    "om_vat": "",
    "other": "",
    "pe_ruc": "pe.ruc",
    "ph_tin": "",
    "pl_nip": "pl.nip",
    "pt_nif": "pt.nif",
    "py_ruc": "py.ruc",
    "ro_tin": "ro.cf",
    "rs_pib": "rs.pib",
    "ru_inn": "ru.inn",
    "ru_kpp": "",
    "sa_vat": "",
    "sg_gst": "sg.uen",
    "sg_uen": "sg.uen",
    "si_tin": "si.ddv",
    "sm_coe": "sm.coe",
    "sn_ninea": "sn.ninea",
    "sr_fin": "",
    "sv_nit": "sv.nit",
    "th_vat": "th.tin",
    "tj_tin": "",
    "tr_tin": "tr.vkn tr.tckimlik",
    "tt_bir": "",
    "tt_vat": "",
    "tw_vat": "tw.ubn",
    "tz_vat": "",
    "ua_vat": "",
    "ug_tin": "",
    "us_ein": "us.ein",
    "uy_ruc": "uy.rut",
    "uz_tin": "",
    "uz_vat": "",
    "ve_rif": "ve.rif",
    "vn_tin": "vn.mst",
    "za_vat": "",
    "zm_tin": "",
    "zw_tin": "",
}
"""Each type with the modules of stdnum that know it: a value is valid when one of them says so."""

# What a number has to look like, without its separators, where the modules don't know or know more than the type. A
# group is what they check, where that is not all of it.
_FORMS = {
    "bg_uic": r"\d{9}",  # bg.vat also knows the ten digits of a person
    "ca_gst_hst": r"\d{9}RT\d{4}",  # ca.bn also knows accounts of other programs, and the number alone
    "hu_tin": r"(\d{8})[1-5]\d{2}",
    "jp_trn": r"T(\d{13})",  # a corporate number behind a T
}
_NONE = r"(?!)"
# Numbers of a type that have a form of their own, which no module knows.
_UNKNOWN_FORMS = {
    "bg_uic": r"\d{13}",  # a branch
    "gh_tin": r"GHA\w+",  # a person's card
    "sg_gst": r"M\w+",  # given for the tax alone; others are the number of the company
}
# Separators that mean something: 12-3456789 is an employer, 123-45-6789 a person.
_MEANT = {"mx_rfc": "&", "us_ein": "-"}
MAX_CHECKED = 40
"""The most characters of a number that are looked at: no country has longer ones."""

_EU_VAT = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_VAT_COUNTRIES = frozenset(_EU_VAT.split())
"""The members of the European Union, and the United Kingdom for Northern Ireland."""

UNION_CODES = {"EL": "GR", "XI": "GB"}
"""Codes that the European Union uses and ISO 3166-1 does not have: Greece, and Northern Ireland."""

_VAT_PREFIXES = UNION_CODES | {code: code for code in EU_VAT_COUNTRIES}


def canonical_type(kind: str, value: str) -> str:
    """The type as this table names it: Rebilly's `eu-vat` stands for British numbers too."""
    if kind != "eu-vat":
        return kind
    return "gb_vat" if value.strip().upper().startswith("GB") else "eu_vat"


def country_of(kind: str, value: str) -> str | None:
    """The country that follows from the type and, for `eu_vat`, from the first letters of the value.

    ISO 3166-1 alpha-2, or `EU` for the One Stop Shop; None when nothing follows.
    """
    match kind:
        case "other":
            return None
        case "eu_vat":
            return _VAT_PREFIXES.get(value[:2].upper())
        case "ic_nif":  # the Canary Islands
            return "ES"
        case _:
            return kind[:2].upper()


def contradicts(country: str, kind: str, value: str) -> bool:
    """Whether a tax id of this type and value can't be of this country."""
    derived = country_of(kind, value)
    if derived is None:
        return kind == "eu_vat" and country not in EU_VAT_COUNTRIES
    return country != derived


def is_valid(kind: str, value: str, country: str | None) -> bool | None:
    """Whether the number is well-formed and its check digits are right; None if no check is known.

    Case and separators don't matter, and the letters of the country may be in front or not.
    """
    kept = _MEANT.get(kind, "")
    number = "".join(character for character in value.upper() if character.isalnum() or character in kept)
    if not TYPES[kind] or re.fullmatch(_UNKNOWN_FORMS.get(kind, _NONE), number, re.ASCII):
        return None
    if len(number) > MAX_CHECKED:
        return False
    spellings = {number}
    for prefix in {country, *(prefix for prefix, owner in UNION_CODES.items() if owner == country)} - {None}:
        spellings |= {f"{prefix}{number}", number.removeprefix(str(prefix))}
    return any(_accepts(kind, spelling) for spelling in spellings)


def _accepts(kind: str, number: str) -> bool:
    form = re.fullmatch(_FORMS.get(kind, "(.+)"), number, re.ASCII)
    if not form:
        return False
    for module in TYPES[kind].split():
        # Some break on what they can't look up, such as cn.ric with a KeyError: then it is not valid either.
        with suppress(Exception):
            import_module(f"stdnum.{module}").validate(form[form.lastindex or 0])
            return True
    return False
