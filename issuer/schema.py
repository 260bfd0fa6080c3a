"""The bureau's tables. Times are Unix seconds; digests and keys are octets; claims are JSON text.

Approvals are evidence: triggers keep them from being changed or deleted, whoever holds the connection.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

VERSION = "1"
metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


instance = Table("instance", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary))
"""What belongs to this installation: the schema's version and the secret that codes and nonces are derived from."""

officers = Table(
    "officers",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", LargeBinary, nullable=False),
    Column("roles", Text, nullable=False),
    Column("authority", Integer),  # None: no authority's business, an administrator
    Column("disabled", Boolean, nullable=False, default=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("paused_until", Integer, nullable=False, default=0),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("expires_at", Integer, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    _id(),
    Column("authority", Integer, nullable=False),
    Column("type_number", Integer, nullable=False),
    Column("file_digest", LargeBinary, nullable=False),
    Column("file", LargeBinary),  # None once confirmed: its rows are drafts
    Column("state", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("good_rows", Integer, nullable=False),
    Column("problems", Text, nullable=False),
    Column("uploaded_by", ForeignKey("officers.id"), nullable=False),
    Column("uploaded_at", Integer, nullable=False),
    Column("confirmed_by", ForeignKey("officers.id")),
    Column("confirmed_at", Integer),
    UniqueConstraint("authority", "type_number", "file_digest"),
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    Column("authority", Integer, nullable=False),
    Column("type_number", Integer, nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("drafted_by", ForeignKey("officers.id"), nullable=False),
    Column("drafted_at", Integer, nullable=False),
    Column("import_id", ForeignKey("imports.id")),
    Column("import_row", Integer),
    Column("row_digest", LargeBinary),
    Column("remark", Text),
)
_LIVE_DRAFT = text("state <> 'withdrawn'")
Index("drafts_identifier", drafts.c.identifier, unique=True, sqlite_where=_LIVE_DRAFT)
Index(
    "drafts_row", drafts.c.authority, drafts.c.type_number, drafts.c.row_digest, unique=True, sqlite_where=_LIVE_DRAFT
)
Index("drafts_import", drafts.c.import_id)
Index("drafts_state", drafts.c.authority, drafts.c.state)

serials = Table(
    "serials",
    metadata,
    Column("authority", Integer, primary_key=True),
    Column("type_number", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    _id(),
    Column("draft_id", ForeignKey("drafts.id"), nullable=False, unique=True),
    Column("authority", Integer, nullable=False),
    Column("type_number", Integer, nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("identifier", Text, nullable=False, unique=True),
    Column("claims", Text, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("predecessor_id", ForeignKey("certificates.id"), unique=True),
)
Index("certificates_authority", certificates.c.authority)

approvals = Table(
    "approvals",
    metadata,
    _id(),
    Column("subject", Text, nullable=False),  # draft, act
    Column("subject_id", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of what was approved
    Column("drafted_by", ForeignKey("officers.id"), nullable=False),
    Column("approved_by", ForeignKey("officers.id"), nullable=False),
    Column("approved_at", Integer, nullable=False),
    UniqueConstraint("subject", "subject_id"),
)


@event.listens_for(approvals, "after_create")
def _guard_approvals(_: Table, connection: Connection, **__: object) -> None:
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER approvals_no_{change.lower()} BEFORE {change} ON approvals "
            "BEGIN SELECT RAISE(ABORT, 'approvals are never changed'); END"
        )
    connection.exec_driver_sql(
        "CREATE TRIGGER approvals_four_eyes BEFORE INSERT ON approvals WHEN NEW.drafted_by = NEW.approved_by "
        "BEGIN SELECT RAISE(ABORT, 'whoever drafted cannot approve'); END"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER approvals_another_uploaded BEFORE INSERT ON approvals WHEN NEW.subject = 'draft' AND EXISTS "
        "(SELECT 1 FROM drafts JOIN imports ON imports.id = drafts.import_id "
        "WHERE drafts.id = NEW.subject_id AND imports.uploaded_by = NEW.approved_by) "
        "BEGIN SELECT RAISE(ABORT, 'whoever uploaded the file cannot approve'); END"
    )


acts = Table(
    "acts",
    metadata,
    _id(),
    Column("certificate_id", ForeignKey("certificates.id"), nullable=False),
    Column("credential_id", ForeignKey("credentials.id")),  # None: the certificate and all its credentials
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("effective", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("drafted_by", ForeignKey("officers.id"), nullable=False),
    Column("drafted_at", Integer, nullable=False),
    Column("replacement_id", ForeignKey("drafts.id")),
    Column("remark", Text),
)
Index("acts_certificate", acts.c.certificate_id)
Index("acts_state", acts.c.state)

standings = Table(
    "standings",
    metadata,
    _id(),
    Column("certificate_id", ForeignKey("certificates.id"), nullable=False),
    Column("credential_id", ForeignKey("credentials.id")),
    Column("state", Integer, nullable=False),
    Column("begun_by", ForeignKey("acts.id"), nullable=False),
    Column("ended_by", ForeignKey("acts.id")),
)
"""What weighs on a certificate or on one credential until an act ends it; the chain shows the gravest."""
Index("standings_certificate", standings.c.certificate_id)

credentials = Table(
    "credentials",
    metadata,
    _id(),
    Column("certificate_id", ForeignKey("certificates.id"), nullable=False),
    Column("authority", Integer, nullable=False),
    Column("form", Text, nullable=False),  # paper, wallet
    Column("seed", LargeBinary, nullable=False),
    Column("holder_key", LargeBinary),
    Column("offer_id", ForeignKey("offers.id"), unique=True),
    Column("proof_digest", LargeBinary),
    Column("transaction_id", Text, unique=True),
    Column("notified", Text),
    Column("asked_at", Integer, nullable=False),
    Column("batch_id", ForeignKey("batches.id")),
    Column("position", Integer),
    Column("jwt", Text),
    Column("shown", Integer, nullable=False, default=0),  # the state the chain has once everything queued is recorded
    Column("closed_by", ForeignKey("acts.id")),
)
Index("credentials_certificate", credentials.c.certificate_id)
Index("credentials_holder_key", credentials.c.holder_key, sqlite_where=text("holder_key IS NOT NULL"))
Index("credentials_batch", credentials.c.batch_id)
Index("credentials_waiting", credentials.c.authority, credentials.c.form, sqlite_where=text("batch_id IS NULL"))
Index(
    "credentials_one_paper",
    credentials.c.certificate_id,
    unique=True,
    sqlite_where=text("form = 'paper' AND closed_by IS NULL"),
)

batches = Table(
    "batches",
    metadata,
    _id(),
    Column("authority", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("kid", LargeBinary, nullable=False),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued, anchored; refused, and dropped once somebody has looked
    Column("refusal", Text),
    Column("closed_at", Integer, nullable=False),
    Column("settled_at", Integer),
)
Index(
    "batches_seq", batches.c.authority, batches.c.seq, unique=True, sqlite_where=text("state IN ('queued', 'anchored')")
)

status_changes = Table(
    "status_changes",
    metadata,
    _id(),
    Column("credential_id", ForeignKey("credentials.id"), nullable=False),
    Column("act_id", ForeignKey("acts.id"), nullable=False),
    Column("origin", Integer, nullable=False),
    Column("to", Integer, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("effective", Integer, nullable=False),
    Column("successor", Integer, nullable=False),
    Column("state", Text, nullable=False),  # queued, recorded, refused
    Column("refusal", Text),
    Column("settled_at", Integer),
)
Index("status_changes_act", status_changes.c.act_id)
Index("status_changes_credential", status_changes.c.credential_id)

offers = Table(
    "offers",
    metadata,
    _id(),
    Column("certificate_id", ForeignKey("certificates.id"), nullable=False),
    Column("reference_digest", LargeBinary, nullable=False, unique=True),
    Column("code_digest", LargeBinary, nullable=False, unique=True),
    Column("tx_code_digest", LargeBinary, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("offered_by", ForeignKey("officers.id"), nullable=False),
    Column("offered_at", Integer, nullable=False),
    Column("token_digest", LargeBinary, unique=True),
    Column("token_expires_at", Integer),
    Column("fetched_at", Integer),  # its credential left the house: the code is used up
)

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("expires_at", Integer, nullable=False),
)
