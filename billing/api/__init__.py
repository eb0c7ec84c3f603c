"""REST endpoints of what it is worth: charges and their review, claims, estimates."""

from billing.api.audit_packs import AuditPackApi
from billing.api.authorizations import AuthorizationApi
from billing.api.charges import ChargeApi
from billing.api.claims import ClaimApi
from billing.api.codes import CodeApi
from billing.api.estimates import EstimateApi
from billing.api.payer_policies import PayerPolicyApi
from billing.api.planned_estimates import PlannedEstimateApi

__all__ = [
    "AuditPackApi",
    "AuthorizationApi",
    "ChargeApi",
    "ClaimApi",
    "CodeApi",
    "EstimateApi",
    "PayerPolicyApi",
    "PlannedEstimateApi",
]
