"""Everything of a visit that is kept: the form, who stands for it, its papers and its photos."""

from inspections.models.documents import Document
from inspections.models.evidence import Evidence, EvidenceQuerySet
from inspections.models.visits import (
    Answer,
    Inspection,
    InspectionQuerySet,
    LeftOff,
    OfficerConfirmation,
    Section,
    SectionQuerySet,
    Signature,
    SignatureKind,
    SignerRole,
)

__all__ = [
    "Answer",
    "Document",
    "Evidence",
    "EvidenceQuerySet",
    "Inspection",
    "InspectionQuerySet",
    "LeftOff",
    "OfficerConfirmation",
    "Section",
    "SectionQuerySet",
    "Signature",
    "SignatureKind",
    "SignerRole",
]
