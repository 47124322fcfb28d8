"""Customers: what they are, what makes two of them the same, and the one write that creates them.

model       what a customer is, its record and its JSON
parts       the objects in a customer
fields      the kinds of values in it: limits, normalisation, validation
codes       countries, currencies, time zones, languages, telephone numbers
tax_ids     types of tax ids, and the verdict on a number
parsing     request bytes to a valid customer, or every reason why not
identity    ids, and the keys under which two customers are the same
attributes  JSON values as DynamoDB writes them
retries     when there is time for another attempt
dynamodb    the two calls to DynamoDB, signed, sent and understood
store       the one transaction: which items, under which conditions, and what a refusal means
api_keys    who may call: the keys, their scopes and what each scope opens
events      what others are told of customers
errors      every way a request can fail, in the domain's words
problems    the same in HTTP's words: one table of RFC 9457 problem types
edge        API Gateway and Lambda: requests in, responses out
observation what there is to say of the request at work
telemetry   the same for operators: one line in the log, metrics included
settings    the only reader of the environment
"""
