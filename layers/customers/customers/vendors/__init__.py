"""Stripe's, Orb's and Rebilly's words for a customer.

paths    paths into a customer: where a value is, and how it is set
rows     the rows of a vendor's table of fields
reading  what a request says, by those rows
fields   the table, read both ways
amounts  amounts of money
values   what several vendors show alike
forms    Stripe's form bodies
answers  answers of the APIs, errors too, in the vendor's words
calls    what the APIs do with customers
lists    lists of customers, by pages
exports  a vendor's objects, read as the customers that they are
stripe   Stripe's table and its errors
stripe_object  what Stripe's API shows of a customer
orb      Orb's
rebilly  Rebilly's
rebilly_words  what Rebilly shows in words that are not the model's
"""
