"""The fault campaign: real workers on three real brokers under fire, and a verifier that says what came of it.

    make faults-quick                    one short campaign, ends with the verdict
    make faults ARGS="--seeds 5"         the long one

`campaign` injects (`proxy`, `failing_log`, `fleet`), `history` is what the senders say meanwhile, `verifier`
recomputes from the committed input what must be there and compares.
"""
