// What a user writes against the types that openapi-typescript made. It is compiled, not run.
import type { components, paths } from "./schema";

type NewCustomer = components["schemas"]["NewCustomer"];
type Answers = paths["/customers"]["post"]["responses"];
type Created = Answers["201"]["content"]["application/json"];
type Conflict = Answers["409"]["content"]["application/problem+json"];
type Invalid = Answers["422"]["content"]["application/problem+json"];

export const whole: NewCustomer = WHOLE_CUSTOMER;

// @ts-expect-error there is no such field
export const mistyped: NewCustomer = { email: "ada@example.com", emial: "ada@example.com" };
// @ts-expect-error a city is a string
export const city: NewCustomer = { email: "ada@example.com", billing_address: { city: 1 } };

export const id = (created: Created): string => created.id;
export const cities = (created: Created): string | undefined => created.shipping?.address?.city;
export const owners = (problem: Conflict): string[] => (problem.conflicts ?? []).map((conflict) => conflict.customer_id);
export const reasons = (problem: Invalid): string[] => (problem.errors ?? []).map((error) => error.code);
