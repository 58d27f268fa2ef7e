import { z } from 'zod';
import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { EMPLOYEE_SCALES, EmployeeSurveyKind } from '../../../subgraphs/feedback/employeeSurveyKind.js';
import { surveyPeriod } from '../../../subgraphs/feedback/employeeSurveyInput.js';
import { CompetitorRating } from '../../../subgraphs/feedback/entities/CompetitorRating.js';
import { EmployeeSurvey } from '../../../subgraphs/feedback/entities/EmployeeSurvey.js';
import { Referral } from '../../../subgraphs/feedback/entities/Referral.js';
import { Review } from '../../../subgraphs/feedback/entities/Review.js';
import { Survey } from '../../../subgraphs/feedback/entities/Survey.js';
import { SurveyResponse } from '../../../subgraphs/feedback/entities/SurveyResponse.js';
import { LoopOutcome } from '../../../subgraphs/feedback/LoopOutcome.js';
import { feedback } from '../../../subgraphs/feedback/subgraph.js';
import { SCALES, SurveyKind } from '../../../subgraphs/feedback/surveyKind.js';
import { bothOrNone, notBefore, within } from './checks.js';
import type { ImportTarget } from './ImportTarget.js';
import { atMost, from, language, notNegative, oneOf, words } from './rules.js';

const oneToFive = from(1, 5);

const period = z
  .string()
  .refine((value) => surveyPeriod.safeParse(value).success, {
    error: 'is not a year 2026, a quarter 2026-Q3 or a month 2026-09',
  })
  .describe('a year 2026, a quarter 2026-Q3 or a month 2026-09');

/** What a mapping can write of feedback. */
export const feedbackTargets: Readonly<Record<string, ImportTarget>> = {
  'feedback.Survey': {
    subgraph: feedback,
    entity: Survey,
    rules: { title: atMost(200), kind: oneOf(SurveyKind), question: atMost(10_000) },
    initial: { active: 'true' },
  },
  'feedback.SurveyResponse': {
    subgraph: feedback,
    entity: SurveyResponse,
    rules: {
      kind: oneOf(SurveyKind),
      verbatim: words,
      language,
      respondentGroup: atMost(100),
      experience: atMost(200),
      importance: oneToFive,
      expected: oneToFive,
      delivered: oneToFive,
      channel: oneOf(Channel),
      loopOutcome: oneOf(LoopOutcome),
      loopNote: words,
    },
    complete(row) {
      const kind = row.get('kind') as SurveyKind;
      const { min, max } = SCALES[kind];
      within(row, 'score', [min, max], kind);
      bothOrNone(row, 'loopClosedAt', 'loopOutcome');
      bothOrNone(row, 'loopClosedAt', 'loopEmployeeId');
      notBefore(row, 'loopClosedAt', 'respondedAt');
      if (row.get('loopClosedAt') !== null && !(kind === 'NPS' && Number(row.get('score')) < 7)) {
        row.refuse('loopClosedAt', "is there, and the response is no detractor's");
      }
    },
  },
  'feedback.Review': {
    subgraph: feedback,
    entity: Review,
    rules: { site: atMost(100), rating: oneToFive, title: atMost(200), text: words, estimatedReach: notNegative },
    initial: { estimatedReach: '0' },
  },
  'feedback.CompetitorRating': {
    subgraph: feedback,
    entity: CompetitorRating,
    rules: { competitor: atMost(100), experience: atMost(200), rating: oneToFive, ours: oneToFive, verbatim: words },
  },
  'feedback.EmployeeSurvey': {
    subgraph: feedback,
    entity: EmployeeSurvey,
    rules: { kind: oneOf(EmployeeSurveyKind), period, verbatim: words },
    complete(row) {
      const kind = row.get('kind') as EmployeeSurveyKind;
      const { min, max } = EMPLOYEE_SCALES[kind];
      within(row, 'score', [min, max], kind);
    },
  },
  'feedback.Referral': {
    subgraph: feedback,
    entity: Referral,
    rules: { note: words },
    complete(row) {
      if (row.get('customerId') === row.get('referredCustomerId')) {
        row.refuse('referredCustomerId', 'is the customer who recommends');
      }
    },
  },
};
