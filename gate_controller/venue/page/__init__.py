"""
The site of a house: all its gates on one page, and orders to them, by the rules of a gate's own page.

It reads the house through `HouseView` alone, and decides nothing: what is ordered goes to the gates, signed, and what
is shown is what they have told, with how old that is.
"""
