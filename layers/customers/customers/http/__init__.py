"""The only part that knows HTTP.

edge           API Gateway and Lambda: requests in, responses out
bodies         bodies of requests, in UTF-8 and of the right kind
parsing        request bytes to a valid customer, or every reason why not
refusals       why a field is refused: codes and sentences
edits          the body of a change to what it makes of a customer
listing        the query for a list of customers, and its pages
preconditions  If-Match and If-None-Match
fingerprint    what makes two requests the same
problems       one table of RFC 9457 problem types
documents      the document that answers a request which failed
pointers       how a problem names a field
"""
