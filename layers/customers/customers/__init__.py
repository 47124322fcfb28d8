"""Customers: what they are, what makes two of them the same, and the one write that creates them.

customer    what a customer is
table       the only part that knows DynamoDB
http        the only part that knows HTTP
vendors     Stripe's, Orb's and Rebilly's words for a customer
operations  what operators see of a request
api_keys    who may call: the keys, their scopes and what each scope opens
events      what subscribers learn about customers
errors      every way a request can fail, in the domain's words
settings    the only reader of the environment

Imports lead from vendors to http to table to customer and never back up; tests/unit/test_floors.py has the arrows.
"""
