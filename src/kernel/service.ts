/**
 * Something that runs until it is stopped. Stopping before the start, and stopping twice, are
 * both allowed and do nothing.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Stops services in the reverse order of their start; one that fails does not keep the others. */
export async function stopAll(
  services: readonly Service[],
  onError: (service: Service, error: unknown) => void,
): Promise<void> {
  for (const service of services.toReversed()) {
    try {
      await service.stop();
    } catch (error) {
      onError(service, error);
    }
  }
}
