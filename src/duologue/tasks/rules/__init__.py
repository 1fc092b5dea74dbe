"""Tasks that need the policy: wishes about which a rule with a guard decides, and what comes of them.

* `occasions`: wishes that a rule refuses, or lets through only just, found by asking the guards about rows and values;
* `speaking`: how their rows are spoken of; `variants`: the same with other values;
* `ways`: how such a matter goes on: for a condition, another way, or not at all;
* `taken`: all of it, as parts of a session's task.
"""
