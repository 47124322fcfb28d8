"""The only part that knows DynamoDB.

items       what the table holds: keys, items, and the conditions under which they are written
writes      one transaction a write, and what a refusal means
reads       customers by id, by a unique field, and by the request that created them
lists       customers in the order of their creation
dynamodb    the calls to DynamoDB, signed, sent and understood
network     connections that keep one deadline for a whole call
attributes  JSON values as DynamoDB writes them
retries     when there is time for another attempt
"""
