"""What a customer is.

model     a customer, its record and its JSON
parts     the objects in a customer
fields    the kinds of values in it: limits, normalisation, validation
codes     countries, currencies, time zones, languages, telephone numbers
tax_ids   types of tax ids, and the verdict on a number
identity  ids, and the keys under which two customers are the same
"""
