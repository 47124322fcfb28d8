"""The only part that knows DynamoDB.

store       the one transaction: which items, under which conditions, and what a refusal means
dynamodb    the calls to DynamoDB, signed, sent and understood
attributes  JSON values as DynamoDB writes them
retries     when there is time for another attempt
"""
