import { conflict, missing } from './api-error.ts';

/** Errors of trunks and their sub-ports. */
export const trunkErrors = {
  notFound: (id: string) => missing('TrunkNotFound', `Trunk ${id} could not be found.`),
  subPortNotFound: (trunkId: string, portId: string) =>
    missing('SubPortNotFound', `SubPort ${portId} on trunk ${trunkId} could not be found.`),
  portInUse: (portId: string) => conflict('TrunkPortInUse', `Port ${portId} is in use by another trunk.`),
  parentInUse: (portId: string) =>
    conflict('ParentPortInUse', `Port ${portId} is currently in use and is not eligible for use as a parent port.`),
  portIsParent: (portId: string, trunkId: string) =>
    conflict('PortInUseAsTrunkParent', `Port ${portId} is currently a parent port for trunk ${trunkId}.`),
  portIsSubPort: (portId: string, trunkId: string) =>
    conflict('PortInUseAsSubPort', `Port ${portId} is currently a subport for trunk ${trunkId}.`),
  duplicate: (type: string, segmentationId: number, trunkId: string) =>
    conflict(
      'DuplicateSubPort',
      `segmentation_type ${type} and segmentation_id ${segmentationId} already in use on trunk ${trunkId}.`,
    ),
  mtuTooBig: (
    port: { readonly id: string; readonly mtu: number },
    trunk: { readonly id: string; readonly mtu: number },
  ) =>
    conflict(
      'SubPortMtuGreaterThanTrunkPortMtu',
      `MTU ${port.mtu} of subport ${port.id} cannot be greater than MTU ${trunk.mtu} of trunk ${trunk.id}.`,
    ),
  inUse: (trunkId: string) => conflict('TrunkInUse', `Trunk ${trunkId} is currently in use.`),
  disabled: (trunkId: string) => conflict('TrunkDisabled', `Trunk ${trunkId} is currently disabled.`),
  inErrorState: (trunkId: string) =>
    conflict(
      'TrunkInErrorState',
      `Trunk ${trunkId} is in error state. Attempt to resolve the error condition before proceeding.`,
    ),
} as const;
