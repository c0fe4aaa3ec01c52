import { z } from 'zod'

// Word for word those of the reference memory server, so that a client sees the same tools.
export const entity = z.object({
  name: z.string().describe('The name of the entity'),
  entityType: z.string().describe('The type of the entity'),
  observations: z
    .array(z.string())
    .describe('An array of observation contents associated with the entity'),
})

export const relation = z.object({
  from: z.string().describe('The name of the entity where the relation starts'),
  to: z.string().describe('The name of the entity where the relation ends'),
  relationType: z.string().describe('The type of the relation'),
})

export const graph = z.object({ entities: z.array(entity), relations: z.array(relation) })

export const addedObservations = z.object({
  observations: z.array(
    z.object({
      entityName: z.string().describe('The name of the entity to add the observations to'),
      contents: z.array(z.string()).describe('An array of observation contents to add'),
    }),
  ),
})

export const deletedObservations = z.object({
  deletions: z.array(
    z.object({
      entityName: z.string().describe('The name of the entity containing the observations'),
      observations: z.array(z.string()).describe('An array of observations to delete'),
    }),
  ),
})

export const done = z.object({ success: z.boolean(), message: z.string() })
