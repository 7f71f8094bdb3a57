"""
E-GUMA's REST API v1, as far as a gate needs it.

`client` is the door: one method per call, ending in a model of `models` or in an error of `errors`. Behind it
`transport` moves bytes (the only module that knows httpx), `outcomes` says what an answer's status means, and
`server_clock` keeps the difference between E-GUMA's clock and ours.
"""
