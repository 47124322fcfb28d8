"""The only part that knows DynamoDB.

items         what the table holds: items, and the keys that they are found by
transactions  what each write does to which items, and on what conditions
writes        one transaction a write, and what a refusal means; creating customers
imports       creating many customers at once
changes       changing, replacing and deleting customers
reads         customers by id, by a unique field, and by the request that created them
lists         customers in the order of their creation
dynamodb      the calls to DynamoDB, signed, sent and understood
credentials   what calls are signed with
network       connections that keep one deadline for a whole call
attributes    JSON values as DynamoDB writes them
retries       when there is time for another attempt
"""
