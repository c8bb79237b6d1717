interface Change {
  readonly name?: string;
  readonly description?: string | null;
  readonly enabled?: boolean;
}

/** What a change names, as columns; a description that is taken away is empty. */
export function stated({ name, description, enabled }: Change): {
  readonly name?: string;
  readonly description?: string;
  readonly enabled?: boolean;
} {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description: description ?? '' }),
    ...(enabled !== undefined && { enabled }),
  };
}
