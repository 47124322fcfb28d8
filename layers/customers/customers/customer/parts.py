"""The objects that a customer is made of. Their descriptions are those of the API's documentation."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from customers.customer import fields, tax_ids, text


class Part(BaseModel):
    """Unknown fields are refused and no value is coerced: what is not understood is never lost silently."""

    # A part is validated by the customer's validator, which is built at once; its own would be built for nothing.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Address(Part):
    """A postal address. No part is required, and the parts are not checked against each other."""

    line1: fields.Maybe[fields.FreeText] = Field(None, description="Street and number.", examples=["103 Mason Street"])
    line2: fields.Maybe[fields.FreeText] = Field(None, description="Floor, apartment or suite.", examples=["2nd Floor"])
    city: fields.Maybe[fields.FreeText] = Field(
        None, description="City, town, village, suburb or district.", examples=["New York"]
    )
    state: fields.Maybe[fields.FreeText] = Field(
        None, description="State, county, province or region, by name or code.", examples=["NY"]
    )
    postal_code: fields.Maybe[fields.PostalCode] = Field(
        None,
        description="ZIP or postal code. A JSON integer is accepted and becomes a string; an integer has no "
        "leading zeros.",
        examples=["10469-2345"],
    )
    country: fields.Maybe[fields.Country] = Field(
        None,
        description="Country: ISO 3166-1 alpha-2, alpha-3 or an English name (ISO, CLDR, common shop names), in any "
        "case. Returned as alpha-2. Kosovo is `XK`.",
        examples=["US"],
    )


class Shipping(Part):
    """Recipient and address for shipments."""

    name: fields.Maybe[fields.LongName] = Field(None, description="The recipient.", examples=["Jenny Rosen"])
    phone: fields.Maybe[fields.LongPhone] = Field(
        None, description="The recipient's phone number, as it is written.", examples=["+1 541 754 3010"]
    )
    address: Address | None = Field(None, description="The shipping address.")


class LabelledPhone(Part):
    """One of several phone numbers."""

    label: fields.Maybe[fields.Label] = Field(None, description="What this number is for.", examples=["work"])
    value: fields.Phone = Field(description="The number, as it is written.", examples=["+1 541 754 3010"])
    primary: bool | None = Field(None, description="Whether this number is the one to call first.", examples=[True])


class LabelledEmail(Part):
    """One of several e-mail addresses. These are not unique: only `email` of the customer is."""

    label: fields.Maybe[fields.Label] = Field(None, description="What this address is for.", examples=["accounting"])
    value: fields.Email = Field(description="The address.", examples=["billing@example.com"])
    primary: bool | None = Field(
        None, description="Whether this address is the one to write to first.", examples=[True]
    )


class Tax(Part):
    """How the customer is taxed."""

    exempt_status: fields.Maybe[Literal["none", "exempt", "reverse"]] = Field(
        None,
        description="`none`: taxed as usual. `exempt`: not taxed. `reverse`: the customer pays the tax itself (reverse "
        "charge).",
        examples=["none"],
    )
    exemption_code: fields.Maybe[fields.Reference] = Field(
        None, description="The tax provider's code for the exemption.", examples=["G"]
    )
    provider: fields.Maybe[fields.ShortText] = Field(
        None, description="Who computes the customer's taxes.", examples=["avalara"]
    )
    ip_address: fields.Maybe[fields.IpAddress] = Field(
        None,
        description="IPv4 or IPv6 address that shows where the customer is. Kept as it is written.",
        examples=["203.0.113.7"],
    )


def _known_type(kind: str) -> str:
    if kind not in tax_ids.TYPES:
        raise text.refusal("tax_id_type_unknown")
    return kind


class NewTaxId(Part):
    """A tax id for invoices. A number that is not valid is stored too."""

    type: Annotated[str, AfterValidator(_known_type)] = Field(
        description="The kind of number, as Stripe and Orb name it; `other` for any other kind. Rebilly's `eu-vat` is "
        "accepted and becomes `gb_vat` if the value starts with GB, otherwise `eu_vat`.",
        examples=["eu_vat"],
        json_schema_extra={"enum": [*tax_ids.TYPES, "eu-vat"]},
    )
    value: fields.TaxIdValue = Field(
        description="The number, kept as it was sent: its prefix and its separators belong on invoices.",
        examples=["BE 0697.449.992"],
    )
    country: fields.Maybe[fields.TaxCountry] = Field(
        None,
        validate_default=True,
        description="Country that issued it, as in an address; `EU` for `eu_oss_vat`. The European Union's `EL` "
        "(Greece) and `XI` (Northern Ireland) become `GR` and `GB`. If it is absent, it is derived from the type and, "
        "for `eu_vat`, from the prefix of the value. A country that contradicts them is refused.",
        examples=["BE"],
    )
    is_default: bool | None = Field(
        None, description="Whether this one is used on invoices that show only one.", examples=[True]
    )

    @model_validator(mode="before")
    @classmethod
    def _canonical_type(cls, data: Any) -> Any:
        match data:
            case {"type": str(kind), "value": str(value)}:
                return data | {"type": tax_ids.canonical_type(kind, value)}
            case _:
                return data

    @field_validator("country")
    @classmethod
    def _country_of_type(cls, country: str | None, info: ValidationInfo) -> str | None:
        if "type" not in info.data or "value" not in info.data:
            return country
        kind, value = info.data["type"], info.data["value"]
        if country is None:
            return tax_ids.country_of(kind, value)
        if tax_ids.contradicts(country, kind, value):
            raise text.refusal("tax_id_country_contradiction")
        return country


class TaxId(NewTaxId):
    """A tax id, with the result of its check."""

    is_valid: bool | None = Field(
        description="Whether the number is well-formed and its check digits are correct. Case, separators and a "
        "country prefix make no difference. `null` if no check is known. It does not say whether the number was ever "
        "issued.",
        examples=[True],
    )


def _one_default(entries: list[NewTaxId]) -> list[NewTaxId]:
    if sum(entry.is_default is True for entry in entries) > 1:
        raise text.refusal("several_defaults")
    return entries


NewTaxIds = Annotated[list[NewTaxId], fields.UP_TO_50, AfterValidator(_one_default)]


class InvoiceField(Part):
    """A line in the header of the customer's invoices."""

    name: fields.InvoiceFieldName = Field(description="The label.", examples=["Purchase order"])
    value: fields.InvoiceFieldValue = Field(description="The text.", examples=["PO-1815"])


class InvoiceSettings(Part):
    """How the customer's invoices look and where they go. These are preferences: nothing here sends invoices."""

    prefix: fields.Maybe[fields.InvoicePrefix] = Field(
        None, description="Prefix of the customer's invoice numbers.", examples=["ACME"]
    )
    next_sequence: fields.SequenceNumber | None = Field(
        None, description="The number of the customer's next invoice.", examples=[1]
    )
    footer: fields.Maybe[fields.FreeText] = Field(
        None, description="Text at the foot of invoices.", examples=["Thank you for your business."]
    )
    custom_fields: Annotated[list[InvoiceField], fields.UP_TO_50] | None = Field(
        None, description="Lines in the header of invoices."
    )
    amount_tax_display: fields.Maybe[Literal["exclude_tax", "include_inclusive_tax"]] = Field(
        None, description="Whether the prices of items include tax.", examples=["exclude_tax"]
    )
    email_to: fields.Maybe[fields.Email] = Field(
        None, description="Where invoices are sent, if not to `email`.", examples=["invoices@example.com"]
    )
    email_cc: Annotated[list[fields.Email], fields.UP_TO_50, fields.FEW_INTERNATIONAL] | None = Field(
        None, description="Where copies of invoices are sent.", examples=[["accounting@example.com"]]
    )
    email_delivery: bool | None = Field(None, description="Whether invoices are sent by e-mail.", examples=[True])


class PaymentSettings(Part):
    """How the customer pays. These are preferences: nothing here charges anybody."""

    auto_collection: bool | None = Field(
        None, description="Whether invoices are charged to a saved payment method.", examples=[True]
    )
    reconciliation_mode: fields.Maybe[Literal["automatic", "manual", "merchant_default"]] = Field(
        None, description="How incoming bank transfers are matched to invoices.", examples=["automatic"]
    )


class AccountingProvider(Part):
    """The customer in an accounting system."""

    type: fields.ShortText = Field(description="The accounting system.", examples=["quickbooks"])
    external_id: fields.Reference = Field(description="The customer's id in it, stored verbatim.", examples=["QB-1815"])


class Accounting(Part):
    """Whether and how the customer's invoices go to accounting systems."""

    excluded: bool | None = Field(None, description="Whether accounting systems get no invoices.", examples=[False])
    providers: Annotated[list[AccountingProvider], fields.UP_TO_50] | None = Field(
        None, description="The customer in each system."
    )


class Reporting(Part):
    """Whether the customer is included in reports."""

    exempt: bool | None = Field(None, description="Whether revenue reports exclude the customer.", examples=[False])


class Compliance(Part):
    """Regulatory requirements for the customer."""

    enhanced_due_diligence_required: bool | None = Field(
        None, description="Whether enhanced due diligence is required (anti money laundering).", examples=[False]
    )


class ExternalRef(Part):
    """A reference to an object in another system: a payment method, a coupon, a website.

    It is stored verbatim and never looked up.
    """

    provider: fields.ShortText = Field(description="The other system.", examples=["stripe"])
    kind: fields.ShortText = Field(description="The kind of object.", examples=["payment_method"])
    id: fields.Reference = Field(description="Its id in that system, stored verbatim.", examples=["pm_card_visa"])
