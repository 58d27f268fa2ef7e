import sql, { raw, type Sql } from 'sql-template-tag';
import type { Database } from '../kit/sql/Database.js';
import { PASSIVE_FROM, PROMOTER_FROM } from './npsCategory.js';
import type { NpsChangeCounts, NpsCounts } from './npsEffects.js';
import type { NpsGroupBy, NpsGroupKind } from './NpsSummary.js';
import type { Period } from './periodInput.js';

/** How many groups are told apart. */
const MOST_GROUPS = 50;

/** SQL over the alias `r`. */
const KEYS: Readonly<Record<NpsGroupBy, Sql>> = {
  RESPONDENT_GROUP: raw('r.respondent_group'),
  EXPERIENCE: raw('r.experience'),
  CHANNEL: raw('r.channel'),
  SURVEY: raw('r.survey_id::text'),
};

/** The responses of one group. */
export interface NpsGroupCounts extends NpsChangeCounts {
  readonly kind: NpsGroupKind;
  readonly key: string | null;
}

const NONE: NpsCounts = { promoters: 0, passives: 0, detractors: 0 };

type CountsRow = NpsCounts & { readonly kind: NpsGroupKind; readonly key: string | null; readonly after: boolean };

/**
 * Counts the NPS responses of two periods by group, in one statement. The fifty largest groups of both together are told apart,
 * the largest first, of equals by name; what is left is one group, the last.
 * @param before null to look at one period; then its counts are zero
 */
export async function npsCountsByGroup(
  database: Database,
  groupBy: NpsGroupBy,
  after: Period,
  before: Period | null,
): Promise<NpsGroupCounts[]> {
  const periods = before === null ? [after] : [after, before];
  const rows = await database.query<CountsRow>(sql`
    WITH period AS (
      SELECT * FROM unnest(
        ${periods.map((each) => each === after)}::boolean[],
        ${periods.map(({ from }) => from)}::timestamptz[],
        ${periods.map(({ to }) => to)}::timestamptz[]
      ) AS period(is_after, first_moment, end_moment)
    ), counted AS (
      SELECT period.is_after, ${KEYS[groupBy]} AS key,
        count(*) FILTER (WHERE r.score >= ${PROMOTER_FROM}) AS promoters,
        count(*) FILTER (WHERE r.score >= ${PASSIVE_FROM} AND r.score < ${PROMOTER_FROM}) AS passives,
        count(*) FILTER (WHERE r.score < ${PASSIVE_FROM}) AS detractors
      FROM period JOIN survey_response r ON r.kind = 'NPS'
        AND r.responded_at >= period.first_moment AND r.responded_at < period.end_moment
      GROUP BY 1, 2
    ), ranked AS (
      SELECT key, row_number() OVER (
        ORDER BY sum(promoters + passives + detractors) DESC, key COLLATE "C" NULLS LAST
      ) AS place
      FROM counted GROUP BY key
    )
    SELECT counted.is_after AS after,
      CASE WHEN place > ${MOST_GROUPS} THEN 'OTHER' WHEN counted.key IS NULL THEN 'UNSTATED' ELSE 'NAMED' END AS kind,
      CASE WHEN place <= ${MOST_GROUPS} THEN counted.key END AS key,
      sum(promoters)::int AS promoters, sum(passives)::int AS passives, sum(detractors)::int AS detractors
    FROM counted JOIN ranked ON counted.key IS NOT DISTINCT FROM ranked.key
    GROUP BY 1, 2, 3 ORDER BY min(place)`);
  const groups = new Map<string, NpsGroupCounts>();
  for (const { kind, key, after: isAfter, ...counts } of rows) {
    const name = `${kind} ${key}`;
    const group = groups.get(name) ?? { kind, key, before: NONE, after: NONE };
    groups.set(name, { ...group, ...(isAfter ? { after: counts } : { before: counts }) });
  }
  return [...groups.values()];
}
