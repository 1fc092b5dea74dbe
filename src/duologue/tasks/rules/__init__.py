"""Tasks that need the policy: wishes about which a rule with a guard decides, and what comes of them.

* `occasions`: wishes that a rule refuses, or lets through only just, found by asking the guards about rows and values;
* `ways`: how such a matter goes on: for a condition, another way, or not at all;
* `rulings`: what is written down of a decision.
"""
