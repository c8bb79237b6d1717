import { conflict, missing, wrong } from './api-error.ts';

/** Errors of BGP speakers and peers. */
export const bgpErrors = {
  speakerNotFound: (id: string) => missing('BgpSpeakerNotFound', `BGP speaker ${id} could not be found.`),
  peerNotFound: (id: string) => missing('BgpPeerNotFound', `BGP peer ${id} could not be found.`),
  bad: (message: string) => wrong('BadRequest', `Bad bgp-speaker request: ${message}.`),
  passwordRequired: () =>
    wrong('InvalidBgpPeerMd5Authentication', 'A password must be supplied when using auth_type md5.'),
  notAuthenticated: (peerId: string) => missing('BgpPeerNotAuthenticated', `BGP peer ${peerId} not authenticated.`),
  duplicatePeer: (speakerId: string, peerId: string, peerIp: string) =>
    conflict(
      'DuplicateBgpPeerIpException',
      `BGP Speaker ${speakerId} is already configured to peer with a BGP Peer at ${peerIp}, it cannot peer with BGP Peer ${peerId}.`,
    ),
  peerNotAssociated: (speakerId: string, peerId: string) =>
    missing('BgpSpeakerPeerNotAssociated', `BGP peer ${peerId} is not associated with BGP speaker ${speakerId}.`),
  networkBound: (speakerId: string, networkId: string) =>
    conflict('BgpSpeakerNetworkBindingError', `Network ${networkId} is already bound to BgpSpeaker ${speakerId}.`),
  networkNotAssociated: (speakerId: string, networkId: string) =>
    missing('BgpSpeakerNetworkNotAssociated', `Network ${networkId} is not associated with BGP speaker ${speakerId}.`),
  agentInvalid: (id: string) => missing('DrAgentInvalid', `BgpDrAgent ${id} is invalid or has been disabled.`),
} as const;
