export { type Access, bearerToken, createAccess, type Role, rolesAllow } from './access.ts';
export { type GrpcDoors, type GrpcParts, type GrpcServer, startGrpc } from './grpc/start-grpc.ts';
export type { HttpDoors, HttpParts, OpsDoors } from './http/http-parts.ts';
export { type HttpServer, startHttp } from './http/start-http.ts';
