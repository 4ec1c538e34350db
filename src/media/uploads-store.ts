import type { DatabaseTime } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import type { ObjectHead } from './objects.ts';
import type { Refusal } from './picture.ts';
import type { Picture } from './picture-content.ts';
import type { Purpose } from './purpose.ts';

export interface TicketRow {
  readonly ticketId: string;
  readonly secretHash: string;
  readonly purpose: Purpose;
  readonly contentType: string;
  readonly size: number;
}

export interface UploadRow extends TicketRow {
  readonly state: 'waiting' | 'ready' | 'refused' | 'expired';
  readonly expiresAt: DatabaseTime;
  /** Nothing can be handed in any more. */
  readonly isOver: number;
  /** Nothing that was handed in in time can still be under way. */
  readonly isLost: number;
  readonly url: string | null;
  readonly bytes: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly code: string | null;
  readonly why: string | null;
}

/** What is shown of a picture, and where. */
export type Published = Pick<Picture, 'width' | 'height'> & {
  readonly url: string;
  readonly bytes: number;
};

/** The sweep asks this soon for an upload that nobody told of, then ever later. */
const FIRST_LOOK_SECONDS = 30;
/** An upload that began in time may end this much later; so far may clocks be apart, too. */
const GRACE_SECONDS = 120;
/** After this a claim is anybody's again: longer than one look takes. */
const LEASE_SECONDS = 120;

const READ = `SELECT ticket_id AS ticketId, secret_hash AS secretHash, purpose,
    content_type AS contentType, size, state, expires_at AS expiresAt,
    expires_at <= UTC_TIMESTAMP(6) AS isOver,
    expires_at + INTERVAL ${GRACE_SECONDS} SECOND <= UTC_TIMESTAMP(6) AS isLost,
    url, bytes, width, height, code, why
  FROM uploads`;

/** The tickets, as the database has them. */
export class UploadRows {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async add(ticket: TicketRow, lifeSeconds: number): Promise<void> {
    const { ticketId, secretHash, purpose, contentType, size } = ticket;
    await this.database.write(
      `INSERT INTO uploads
         (ticket_id, secret_hash, purpose, content_type, size, created_at, expires_at, due_at)
       VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? SECOND,
         UTC_TIMESTAMP(6) + INTERVAL ? SECOND)`,
      [ticketId, secretHash, purpose, contentType, size, lifeSeconds, FIRST_LOOK_SECONDS],
    );
  }

  async read(ticketId: string): Promise<UploadRow | null> {
    const [row] = await this.database.rows<UploadRow>(`${READ} WHERE ticket_id = ?`, [ticketId]);
    return row ?? null;
  }

  /** The form stays good until its end, so what comes under its key is cleared away after. */
  async ready(ticketId: string, shown: Published, head: ObjectHead | null): Promise<boolean> {
    const { url, bytes, width, height } = shown;
    return await this.finish(
      ticketId,
      `state = 'ready', url = ?, bytes = ?, width = ?, height = ?, etag = ?`,
      [url, bytes, width, height, head?.etag ?? null],
    );
  }

  async refused(ticketId: string, { code, why }: Refusal): Promise<boolean> {
    const words = [code, why.slice(0, 200)];
    return await this.finish(ticketId, `state = 'refused', code = ?, why = ?`, words);
  }

  async expired(ticketId: string): Promise<boolean> {
    return await this.finish(ticketId, `state = 'expired'`, []);
  }

  /** Tickets whose time to be looked at has come; for a while nobody else gets them. */
  async claimDue(limit: number): Promise<readonly string[]> {
    return await this.database.transaction(async (sql) => {
      const due = await sql.rows<{ ticketId: string }>(
        `SELECT ticket_id AS ticketId FROM uploads FORCE INDEX (uploads_due)
         WHERE due_at <= UTC_TIMESTAMP(6) ORDER BY due_at LIMIT ? FOR UPDATE`,
        [limit],
      );
      const ids = due.map(({ ticketId }) => ticketId);
      if (ids.length === 0) return [];
      await sql.write(
        `UPDATE uploads SET due_at = UTC_TIMESTAMP(6) + INTERVAL ${LEASE_SECONDS} SECOND
         WHERE ticket_id IN (?)`,
        [ids],
      );
      return ids;
    });
  }

  /** Twice as late each time, and once when it is over. */
  async lookLater(ticketId: string): Promise<void> {
    await this.database.write(
      `UPDATE uploads SET due_at = LEAST(
         UTC_TIMESTAMP(6) + INTERVAL GREATEST(${FIRST_LOOK_SECONDS},
           TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6))) SECOND,
         GREATEST(expires_at + INTERVAL ${GRACE_SECONDS} SECOND, UTC_TIMESTAMP(6)))
       WHERE ticket_id = ? AND state = 'waiting'`,
      [ticketId],
    );
  }

  async cleared(ticketId: string): Promise<void> {
    await this.database.write(
      `UPDATE uploads SET due_at = NULL WHERE ticket_id = ? AND state <> 'waiting'`,
      [ticketId],
    );
  }

  /** Only the first to finish a ticket does; answers whether this was it. */
  private async finish(
    ticketId: string,
    change: string,
    values: readonly (string | number | null)[],
  ): Promise<boolean> {
    const matched = await this.database.write(
      `UPDATE uploads SET ${change}, finished_at = UTC_TIMESTAMP(6),
         due_at = GREATEST(expires_at + INTERVAL ${GRACE_SECONDS} SECOND, UTC_TIMESTAMP(6))
       WHERE ticket_id = ? AND state = 'waiting'`,
      [...values, ticketId],
    );
    return matched > 0;
  }
}
