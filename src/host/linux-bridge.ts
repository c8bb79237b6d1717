/**
 * The Linux bridge that a device is a port of. The kernel says `ovs-system` of every port of its Open vSwitch datapath; that
 * is no bridge, and which OVS bridge the port is in stands in OVSDB.
 */
export function linuxBridge(master: string | undefined): string | undefined {
  return master === 'ovs-system' ? undefined : master;
}
