"""
E-GUMA's REST API v1, as far as a gate needs it, in two layers: `connection` says whether an answer came, or why not;
`api` knows what can be asked, when it is asked again, and what an answer means. Beside them `answers` are the answers'
types, and `transport` is the socket under httpx.
"""
