/** What the configuration says about placing. */
export interface PlaceOptions {
  /** First bytes of the MAC addresses of the ports that this makes. */
  readonly baseMac: string;
  readonly dhcpAgentsPerNetwork: number;
}
