"""Tax ids: which types there are, where they belong, and what can be said of a value.

The types are those of Stripe and Orb. Whether a number is right says python-stdnum, where it knows the type, and its
word is advice: a wrong number is a customer's number all the same, and goes on the invoice.
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

# The group is what a module checks of the value, where that is not all of it.
_PART = {
    "hu_tin": r"(\d{8})-[1-5]-\d{2}",
    "jp_trn": r"T(.+)",  # a corporate number behind a T
}
# What the compact value has to look like, where the module knows more than the type.
_FORM = {
    "bg_uic": r"\d{9}",  # bg.vat also knows the ten digits of a person
    "ca_gst_hst": r"\d{9}RT\d{4}",  # ca.bn also knows accounts of other programs, and the number alone
}

_EU_VAT = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_VAT_COUNTRIES = frozenset(_EU_VAT.split())
"""The members of the European Union, and the United Kingdom for Northern Ireland."""

_VAT_PREFIXES = {"EL": "GR", "XI": "GB"} | {code: code for code in EU_VAT_COUNTRIES}


def canonical_type(kind: str, value: str) -> str:
    """The type in the words of this table: Rebilly's `eu-vat` stands for British numbers too."""
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


def check(kind: str, value: str) -> tuple[str, bool | None]:
    """The value, compact when it is valid, and whether it is: None when no module knows the type."""
    modules = TYPES[kind].split()
    if not modules:
        return value, None
    part = re.fullmatch(_PART.get(kind, "(.*)"), value, re.ASCII)
    if part:
        for module in modules:
            validate = import_module(f"stdnum.{module}").validate
            # Some break on what they can't look up, such as cn.ric with a KeyError: then it is not valid either.
            with suppress(Exception):
                compact = validate(part[1])
                if re.fullmatch(_FORM.get(kind, ".*"), compact):
                    return value[: part.start(1)] + compact + value[part.end(1) :], True
    return value, False
