"""Customers: what they are, what makes two of them the same, and the one write that creates them.

model       what a customer is: fields, limits, validation
parsing     request bytes to a valid customer, or every reason why not
identity    ids, and the keys under which two customers are the same
store       the one DynamoDB transaction, the only module that knows DynamoDB
events      what others are told of customers
errors      every way a request can fail, in the domain's words
problems    the same in HTTP's words: one table of RFC 9457 problem types
edge        API Gateway and Lambda: requests in, responses out
observation what there is to say of the request at work
telemetry   the same for operators: one line in the log, one of metrics
settings    the only reader of the environment
"""
