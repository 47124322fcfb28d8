"""The only part that knows HTTP.

edge         API Gateway and Lambda: requests in, responses out
parsing      request bytes to a valid customer, or every reason why not
listing      the query for a list of customers, and its pages
fingerprint  what makes two requests the same
problems     one table of RFC 9457 problem types
pointers     how a problem names a field
"""
