"""First views of billing: adjustments row by row, and what is left open of a charge (billing/models/payment.py).

``contract`` takes the reasons that only say what a contract forgives; any other reason of the group CO leaves the
money open for a person to look at. They are those of ``contract`` in billing/x12/codes/remit_835.toml, by a test.
"""

ADJUSTMENTS = """
    CREATE VIEW oncocharge_billing_remittanceadjustment AS
    SELECT p.id AS remittance_claim_id, 0 AS line_number, a.number::integer AS number, p.claim_id,
           NULL::bigint AS entry_id, r.state, a."group", a.reason, a.amount, a.quantity
      FROM oncocharge_billing_remittanceclaim p
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     CROSS JOIN LATERAL unnest(p.groups, p.reasons, p.adjusted, p.quantities)
           WITH ORDINALITY AS a("group", reason, amount, quantity, number)
     UNION ALL
    SELECT p.id, l.number, a.number::integer, p.claim_id, l.entry_id, r.state, a."group", a.reason, a.amount, a.quantity
      FROM oncocharge_billing_remittanceline l
      JOIN oncocharge_billing_remittanceclaim p ON p.id = l.remittance_claim_id
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     CROSS JOIN LATERAL unnest(l.groups, l.reasons, l.adjusted, l.quantities)
           WITH ORDINALITY AS a("group", reason, amount, quantity, number)
"""

# Status 25 prices a claim before it is sent: nothing of it is paid or forgiven.
BALANCES = """
    CREATE VIEW oncocharge_billing_entrybalance AS
    SELECT e.id AS entry_id, COALESCE(e.amount, 0) + COALESCE(v.amount, 0) AS charged, s.paid, s.contract, s.patient,
           COALESCE(e.amount, 0) + COALESCE(v.amount, 0) - s.paid - s.contract AS open
      FROM oncocharge_billing_ledgerentry e
      LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = e.id
     CROSS JOIN LATERAL (
           SELECT COALESCE(sum(of_payer.paid), 0) AS paid,
                  COALESCE(sum(of_payer.contract) FILTER (WHERE of_payer.sequence = 'P'), 0) AS contract,
                  COALESCE((array_agg(of_payer.patient ORDER BY of_payer.sequence DESC))[1], 0) AS patient
             FROM (
               SELECT c.sequence, sum(l.paid) AS paid, sum(a.contract) AS contract, sum(a.patient) AS patient
                 FROM oncocharge_billing_remittanceline l
                 JOIN oncocharge_billing_remittanceclaim p ON p.id = l.remittance_claim_id AND p.status <> '25'
                 JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id AND r.state = 'posted'
                 JOIN oncocharge_billing_claim c ON c.id = p.claim_id
                CROSS JOIN LATERAL (
                      SELECT COALESCE(sum(u.amount) FILTER (WHERE u."group" = 'CO' AND u.reason IN (
                                 '44', '45', '59', '94', '104', '131', '144', '237', '253')), 0) AS contract,
                             COALESCE(sum(u.amount) FILTER (WHERE u."group" = 'PR'), 0) AS patient
                        FROM unnest(l.groups, l.reasons, l.adjusted) AS u("group", reason, amount)) AS a
                WHERE l.entry_id = e.id
                GROUP BY c.sequence) AS of_payer) AS s
     WHERE e.kind = 'charge'
"""
