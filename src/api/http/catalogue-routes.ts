import type { FastifyInstance } from 'fastify';
import { bannerRoutes } from './banner-routes.ts';
import { brandRoutes } from './brand-routes.ts';
import { categoryRoutes } from './category-routes.ts';
import { goodsRoutes } from './goods-routes.ts';
import type { HttpParts } from './http-parts.ts';

/** What people look at before they buy. */
export function catalogueRoutes(app: FastifyInstance, parts: HttpParts): void {
  goodsRoutes(app, parts);
  brandRoutes(app, parts);
  categoryRoutes(app, parts);
  bannerRoutes(app, parts);
}
