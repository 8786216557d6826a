// api.ts -- the forms of what the API gives and takes, as pages use them.

/** Decimal text such as "1234.50". */
export type Money = string
/** ISO 8601 in UTC. */
export type Instant = string
/** "2024-05-01" in the programme's time zone. */
export type Day = string

export type Right =
  | 'members:read' | 'members:write' | 'personal:read' | 'orders:read' | 'orders:write' | 'import'
  | 'reports:read' | 'export' | 'settings:write' | 'users:write' | 'audit:read' | 'track:write'
export type Role = 'owner' | 'operator' | 'analyst' | 'support' | 'viewer'

export interface Session {
  user: { id: number; name: string; role: Role }
  rights: Right[]
  csrf: string
  expires_at: Instant
}
