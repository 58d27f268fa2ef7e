# One image for the six subgraphs, the gateway and the seed: which of them runs is the command. See docker-compose.yml.

ARG NODE_VERSION=22

# Compiles, with everything that compiling needs.
FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY console console
COPY gateway gateway
COPY observability observability
COPY schema schema
COPY scripts scripts
COPY seed seed
COPY subgraphs subgraphs
RUN npm run build

# What runs needs no compiler and no test tools, and no Postgres from npm (an optional dependency): it has one of its own.
FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY scripts/startSubgraph.mjs scripts/checkHealth.mjs scripts/
COPY schema/supergraph.graphql schema/
COPY schema/operations schema/operations
COPY subgraphs.yaml ./
# Not root: the image's own user "node". It owns nothing here, so it can change nothing.
USER node
EXPOSE 4000 4001 4002 4003 4004 4005 4006
CMD ["node", "--max-semi-space-size=64", "dist/gateway/main.js", "--host", "0.0.0.0", "--port", "4000"]
