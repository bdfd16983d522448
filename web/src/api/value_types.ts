// Types of value and of whom to treat, as in the contract.
import type { components } from './schema';

type Schemas = components['schemas'];

export type AcquisitionChannel = Schemas['Acquisition']['rows'][number]['channels'][number];
export type BackTestCard = Schemas['BackTestCard'];
export type Churn = Schemas['Churn'];
export type ChurnModel = Schemas['ChurnModel'];
export type ChurnReason = Schemas['ChurnReason'];
export type ChurnScores = Schemas['ChurnScores'];
export type ChurnSettings = Schemas['ChurnSettings'];
export type Clv = Schemas['Clv'];
export type ClvModel = Schemas['ClvModel'];
export type ClvScores = Schemas['ClvScores'];
export type ClvSettings = Schemas['ClvSettings'];
export type Forecast = Schemas['Forecast'];
export type Health = Schemas['Health'];
export type HealthLight = Schemas['HealthLight'];
export type HealthModel = Schemas['HealthModel'];
export type HealthScore = Schemas['HealthScore'];
export type HealthScores = Schemas['HealthScores'];
export type HealthSettings = Schemas['HealthSettings'];
export type HealthShare = Schemas['HealthShare'];
export type Leaving = Schemas['Leaving'];
export type LeavingSettings = Schemas['LeavingSettings'];
export type Recommendations = Schemas['Recommendations'];
export type RecommendedItem = Schemas['Recommended']['items'][number];
export type RecommenderModel = Schemas['RecommenderModel'];
export type RecommenderSettings = Schemas['RecommenderSettings'];
export type Rfm = Schemas['Rfm'];
export type Stages = Schemas['Stages'];
export type Uplift = Schemas['Uplift'];
export type UpliftChoice = Schemas['UpliftChoice'];
export type UpliftWish = Schemas['UpliftWish'];
export type ValueRules = Schemas['ValueRules'];
