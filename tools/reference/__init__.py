"""The OpenAPI document, and the examples in it that the functions themselves produce."""
