"""
What the gate is made of besides software: one class and one file each, chosen by settings, told apart by
nobody else.
"""
