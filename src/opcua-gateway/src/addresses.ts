import {
  ApplicationDescription,
  CreateSessionResponse,
  EndpointDescription,
  FindServersResponse,
  GetEndpointsResponse,
  type OPCUAServer,
  type ServerSecureChannelLayer,
} from "node-opcua";

const DEFAULT_PORT = 4840;

/** Host and port of an address; IPv6 in brackets. */
interface Place {
  readonly host: string;
  readonly port: number;
}

type Send = (
  type: string,
  response: object,
  message: { readonly request: { readonly endpointUrl?: string | null } },
  done?: () => void,
) => void;

/**
 * Says in every answer how the endpoint is reached (OPC 10000-4, 5.4.4): as the client reached it, which holds for every network, container and
 * translation of addresses in between; or, where addresses are configured, by the one of them that the client used, and by all of them to others.
 */
export function answerByAddresses(server: OPCUAServer, advertised: readonly string[], names: readonly string[]): void {
  const configured = advertised
    .map((address) => placeOf(`opc.tcp://${address}`))
    .filter((place) => place !== undefined);
  const known = new Set([...names.map(normalise), ...configured.map(({ host }) => host)]);
  const placesFor: PlacesFor = (url) => {
    const asked = placeOf(url ?? "");
    if (configured.length === 0) {
      return [asked ?? (placeOf(server.getEndpointUrl()) as Place)];
    }
    const same = configured.filter(({ host, port }) => host === asked?.host && port === asked.port);
    return same.length > 0 ? same : configured;
  };

  // To node-opcua the name of an endpoint is fixed. What a client calls it by decides nothing but the answer, and whether that is audited.
  const find = server.findMatchingEndpoints.bind(server);
  server.findMatchingEndpoints = (url) => {
    const host = placeOf(url ?? "")?.host;
    return find(host !== undefined && known.has(host) ? null : url);
  };

  // What others are told who do not ask: a discovery server, and clients that this server connects to.
  if (configured.length > 0) {
    const discoveryUrls = server.getDiscoveryUrls.bind(server);
    server.getDiscoveryUrls = () => urlsAt(configured, discoveryUrls()) ?? [];
    const endpointUrl = server.getEndpointUrl.bind(server);
    server.getEndpointUrl = () => urlAt(configured[0] as Place, endpointUrl());
  }

  server.on("newChannel", (channel: ServerSecureChannelLayer) => {
    const node = channel as unknown as { send_response: Send };
    const send = node.send_response.bind(channel);
    node.send_response = (type, response, message, done) => {
      answerAt(placesFor, message.request.endpointUrl, response, server.serverInfo.applicationUri ?? null);
      send(type, response, message, done);
    };
  });
}

type PlacesFor = (url: string | null | undefined) => readonly Place[];

function answerAt(placesFor: PlacesFor, url: string | null | undefined, response: object, own: string | null): void {
  if (response instanceof GetEndpointsResponse) {
    response.endpoints = at(placesFor(url), response.endpoints);
  } else if (response instanceof CreateSessionResponse) {
    response.serverEndpoints = at(placesFor(url), response.serverEndpoints);
  } else if (response instanceof FindServersResponse) {
    for (const found of response.servers ?? []) {
      // The others are where they are.
      if (found.applicationUri === own) {
        found.discoveryUrls = urlsAt(placesFor(url), found.discoveryUrls);
      }
    }
  }
}

function at(places: readonly Place[], endpoints: readonly EndpointDescription[] | null): EndpointDescription[] {
  return places.flatMap((place) =>
    (endpoints ?? []).map((endpoint) => {
      const copy = new EndpointDescription(endpoint);
      copy.endpointUrl = urlAt(place, endpoint.endpointUrl ?? "");
      copy.server = new ApplicationDescription(endpoint.server);
      // Absent in the answer to a session, which says of an endpoint only what clients compare.
      copy.server.discoveryUrls = urlsAt(places, endpoint.server.discoveryUrls && [endpoint.endpointUrl]);
      return copy;
    }),
  );
}

function urlsAt(places: readonly Place[], urls: readonly (string | null)[] | null): string[] | null {
  return urls && [...new Set(urls.flatMap((url) => places.map((place) => urlAt(place, url ?? ""))))];
}

function urlAt({ host, port }: Place, url: string): string {
  return `opc.tcp://${host}:${port}${/^opc\.tcp:\/\/[^/]+(\/.*)?$/i.exec(url)?.[1] ?? ""}`;
}

/** Undefined where the URL is none of OPC UA over TCP. */
function placeOf(url: string): Place | undefined {
  const match = /^opc\.tcp:\/\/(\[[0-9a-f:.%\w]+\]|[\w.-]{1,253})(?::(\d{1,5}))?(?:\/.*)?$/i.exec(url.trim());
  return match === null ? undefined : { host: normalise(match[1] as string), port: Number(match[2] ?? DEFAULT_PORT) };
}

function normalise(host: string): string {
  return (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host).toLowerCase();
}
