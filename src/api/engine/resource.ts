import type { RawBuilder, Transaction } from 'kysely';
import type { Config } from '../../config/config.ts';
import type { Change } from '../../store/changes.ts';
import type { Database } from '../../store/tables.ts';
import type { ApiError } from '../errors/api-error.ts';
import type { Attribute } from './attribute.ts';
import type { Caller } from './caller.ts';
import type { Json } from './json.ts';
import type { PolicyTarget } from './policy-check.ts';
import type { Values } from './values.ts';

export type Trx = Transaction<Database>;

/** One request's work inside its transaction. */
export interface Work {
  readonly trx: Trx;
  readonly caller: Caller;
  readonly config: Config;
  /** What changed, written to the change log when the work is done. */
  readonly changes: Change[];
}

/** An object as it is read: attribute names to values. */
export type Row = Readonly<Record<string, Json>> & { readonly id: string };

/** The object that a sub-resource belongs to. */
export interface Parent {
  readonly resource: Resource;
  /** SQL over `t`: the parent's id. */
  readonly column: RawBuilder<unknown>;
  /** The parent's id among the values of a request (`floatingip_id`); no attribute of a body. */
  readonly attribute: string;
}

/** What a resource is: everything that the engine needs to serve it. */
export interface Resource {
  /** `security_group`, as in a body with one. */
  readonly name: string;
  /** `security_groups`, as in a body with many. */
  readonly collection: string;
  /** `security-groups`, as in paths; `qos/policies` where a service has a prefix. */
  readonly path: string;
  /** The name in policies (`policy_dscp_marking_rule`), where it is another one. */
  readonly policyName?: string;
  /** The extensions, by alias, that this description serves. */
  readonly extensions: readonly string[];
  /** The attribute that paths and markers name it by; absent: `id`. */
  readonly key?: string;
  /** It lives below another object: `/floatingips/:id/port_forwardings`. */
  readonly parent?: Parent;
  /** Its rows are no table's, so that the parent's row is locked when one is changed. */
  readonly heldByParent?: true;
  /** What of it this deployment keeps but does not yet bring about. `tapline check` says so, and nothing of it is ever ACTIVE. */
  readonly notEnforced?: string;
  /** SQL over `t`: the rows that this is about; absent: all. */
  readonly notEnforcedOf?: RawBuilder<boolean>;
  /** What rows are read from; must name it `t`. */
  readonly from: RawBuilder<unknown>;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The rows that the caller may see, as SQL over `t`. An admin sees all. */
  readonly visible: (caller: Caller) => RawBuilder<unknown>;
  readonly notFound: (id: string, parentId?: string) => ApiError;
  /** Name in quotas; absent: not limited. */
  readonly quota?: string;
  /** Has a `tags` sub-resource; `table` is where tags and the revision number are kept. */
  readonly tagged?: {
    readonly table: string;
    /** Tags are also found below this path. */
    readonly alsoAt?: string;
    /** Whoever sees the object may tag it. */
    readonly byAll?: true;
  };
  /** Lists of it are long: PostgreSQL writes their text, which is faster than to read rows and write them again. */
  readonly listedAsText?: true;
  /** A page after an object that the caller does not see is empty, not 404. */
  readonly markerMayBeUnseen?: true;
  /** What policies must know beside the object itself. May throw, such as 404 of a network that cannot be seen. */
  readonly policyTarget?: (work: Work, values: Values) => Promise<Partial<PolicyTarget>>;
  /** An object as Neutron answers it, which leaves out what the object has no use for. */
  readonly answered?: (row: Row) => Row;
  /** Runs before a list is read, outside of it; `filters` are those of the query. */
  readonly beforeList?: (work: Work, filters: ReadonlyMap<string, readonly string[]>) => Promise<void>;
  /** Throws for objects of one POST that cannot be made together. */
  readonly checkBulk?: (items: readonly Values[]) => void;
  /** Makes one object and gives its id. */
  readonly create?: (work: Work, values: Values) => Promise<string>;
  /** Instead of `create`: makes all objects of a request and gives their ids in order. */
  readonly createMany?: (work: Work, items: readonly Values[]) => Promise<readonly string[]>;
  readonly update?: (work: Work, current: Row, changes: Values) => Promise<void>;
  readonly remove?: (work: Work, current: Row) => Promise<void>;
}

/** The attribute that paths and markers name a resource by. */
export function keyName(resource: Resource): string {
  return resource.key ?? 'id';
}
