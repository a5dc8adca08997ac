"""Types: of annotations, of Python values, of attributes; what is inferred, and conversions between them."""
