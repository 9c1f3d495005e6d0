import { entityTime } from './clock.ts';
import { modelReferences } from './dtdl.ts';
import { isObject, type JsonObject } from './json.ts';

/** A digital twin as the service answers it. */
export interface Twin {
  readonly $dtId: string;
  readonly $etag: string;
  readonly $metadata: TwinMetadata;
  readonly [property: string]: unknown;
}

/** A twin's metadata: its model, and when each property was last written. */
export interface TwinMetadata {
  readonly $model: string;
  readonly [property: string]: unknown;
}

/** A relationship as the service answers it. Its id is unique only within its source twin. */
export interface Relationship {
  readonly $relationshipId: string;
  readonly $sourceId: string;
  readonly $targetId: string;
  readonly $relationshipName: string;
  readonly $etag: string;
  readonly [property: string]: unknown;
}

/** A model: the DTDL interface and what the service knows about it. */
export interface Model {
  readonly id: string;
  readonly displayName: JsonObject;
  readonly description: JsonObject;
  /** Milliseconds since 1970. */
  readonly uploadedAt: number;
  readonly decommissioned: boolean;
  /** The ids of the models that it extends or has as components. */
  readonly references: readonly string[];
  readonly definition: JsonObject;
}

/** How much a generated instance holds. */
export interface GraphSize {
  /** Number of twins. */
  readonly twins: number;
  /** Number of relationships; when absent, as many as buildings of that many twins have of themselves. */
  readonly relationships?: number;
  /** Number of models; when absent, those that the twins need. */
  readonly models?: number;
}

/** Items that are computed from their index, so that a million of them take no memory. */
export interface Generated<Item> {
  readonly count: number;
  at(index: number): Item;
  /** The index of the item with this key, if it is one of the generated ones. */
  indexOf(key: string): number | undefined;
}

/** What identifies a relationship on the instance. Twin ids hold no slash. */
export function relationshipKey(sourceId: string, relationshipId: string): string {
  return `${sourceId}/${relationshipId}`;
}

const floorsPerBuilding = 5;
const roomsPerFloor = 10;
const devices = ['temperature', 'humidity', 'co2', 'air-terminal'] as const;
const roomBlock = 1 + devices.length;
const floorBlock = 1 + roomsPerFloor * roomBlock;
const buildingBlock = 1 + floorsPerBuilding * floorBlock;
const containsPerBuilding = buildingBlock - 1;
const feedsPerBuilding = floorsPerBuilding * roomsPerFloor;

const namespace = 'dtmi:digitaltwins:sample';
const twinIdForm =
  /^building-([1-9]\d*)(?:-floor-([1-5])(?:-room-(0[1-9]|10)(?:-(temperature|humidity|co2|air-terminal))?)?)?$/;

type Place =
  | { readonly kind: 'building'; readonly building: number }
  | { readonly kind: 'floor'; readonly building: number; readonly floor: number }
  | { readonly kind: 'room'; readonly building: number; readonly floor: number; readonly room: number }
  | {
      readonly kind: 'device';
      readonly building: number;
      readonly floor: number;
      readonly room: number;
      readonly device: number;
    };

/**
 * Buildings of 5 floors of 10 rooms of 4 devices, numbered so that every twin and relationship follows from its index:
 * first come the `contains` relationships, then the `feeds`, then as many `relatedTo` as were asked for.
 */
export class GeneratedGraph {
  readonly twins: Generated<Twin>;
  readonly relationships: Generated<Relationship>;
  readonly models: readonly Model[];
  readonly #twinCount: number;
  readonly #relationshipCount: number;
  readonly #contains: number;
  readonly #feeds: number;
  readonly #time: string;

  /**
   * @param createdAt when everything was last written, milliseconds since 1970.
   * @throws RangeError when the sizes do not go together.
   */
  constructor(size: GraphSize, createdAt: number) {
    const twins = wholeNumber('twins', size.twins);
    this.#twinCount = twins;
    this.#contains = twins - Math.ceil(twins / buildingBlock);
    this.#feeds = feedsAmong(twins);
    this.#relationshipCount = wholeNumber('relationships', size.relationships ?? this.#contains + this.#feeds);
    if (this.#relationshipCount > this.#contains + this.#feeds && twins < 2) {
      throw new RangeError(`${this.#relationshipCount} relationships need at least 2 twins.`);
    }
    this.#time = entityTime(createdAt);
    this.models = sampleModels(wholeNumber('models', size.models ?? baseModels().length), createdAt);
    if (twins > 0 && this.models.length < baseModels().length) {
      throw new RangeError(`Twins need at least ${baseModels().length} models.`);
    }
    this.twins = {
      count: twins,
      at: (index) => this.#twin(index),
      indexOf: (id) => this.#indexOfTwin(id),
    };
    this.relationships = {
      count: this.#relationshipCount,
      at: (index) => this.#relationship(index),
      indexOf: (key) => this.#indexOfRelationship(key),
    };
  }

  /** The indexes of the generated relationships that leave this twin. */
  outgoing(twinId: string): number[] {
    const found = this.#builtFrom(twinId);
    const twin = this.#indexOfTwin(twinId);
    if (twin !== undefined) {
      for (let extra = twin; extra < this.#extras; extra += this.#twinCount) {
        found.push(this.#contains + this.#feeds + extra);
      }
    }
    return found;
  }

  /** Those of them that follow from how buildings are built. */
  #builtFrom(twinId: string): number[] {
    const twin = this.#indexOfTwin(twinId);
    if (twin === undefined) {
      return [];
    }
    const found = children(twin, this.#twinCount).map(containsIndex);
    const feed = feedOfTerminal(twin);
    if (feed !== undefined) {
      found.push(this.#contains + feed);
    }
    return found.filter((index) => index < this.#relationshipCount);
  }

  /** The indexes of the generated relationships that point at this twin. */
  incoming(twinId: string): number[] {
    const twin = this.#indexOfTwin(twinId);
    if (twin === undefined) {
      return [];
    }
    const found: number[] = [];
    const place = placeOf(twin);
    if (place.kind !== 'building') {
      found.push(containsIndex(twin));
    }
    if (place.kind === 'room') {
      const feed = feedOfTerminal(twin + devices.length);
      if (feed !== undefined && twin + devices.length < this.#twinCount) {
        found.push(this.#contains + feed);
      }
    }
    for (let round = 0; round * this.#twinCount < this.#extras; round += 1) {
      const source = (twin - this.#offset(round) + this.#twinCount) % this.#twinCount;
      const extra = round * this.#twinCount + source;
      if (extra < this.#extras) {
        found.push(this.#contains + this.#feeds + extra);
      }
    }
    return found.filter((index) => index < this.#relationshipCount);
  }

  get #extras(): number {
    return Math.max(0, this.#relationshipCount - this.#contains - this.#feeds);
  }

  /** How far the targets of a round of `relatedTo` lie from their sources: never 0, a twin is not related to itself. */
  #offset(round: number): number {
    return 1 + (round % (this.#twinCount - 1));
  }

  #indexOfTwin(id: string): number | undefined {
    const index = indexOfPlace(id);
    return index !== undefined && index < this.#twinCount ? index : undefined;
  }

  #twin(index: number): Twin {
    const { model, properties } = describePlace(placeOf(index), index);
    const written = { lastUpdateTime: this.#time };
    return {
      $dtId: twinId(placeOf(index)),
      $etag: etag('twin', index),
      ...properties,
      ...(model === 'AirTerminal' && {
        thermostat: {
          targetTemperature: 20 + (index % 4),
          $metadata: { $lastUpdateTime: this.#time, targetTemperature: written },
        },
      }),
      $metadata: {
        $model: `${namespace}:${model};1`,
        $lastUpdateTime: this.#time,
        ...Object.fromEntries(Object.keys(properties).map((name) => [name, written])),
      },
    };
  }

  #relationship(index: number): Relationship {
    const tag = etag('relationship', index);
    if (index < this.#contains) {
      const child = childAt(index);
      const target = placeOf(child);
      return {
        $relationshipId: `contains-${localName(target)}`,
        $sourceId: twinId(parentOf(target)),
        $targetId: twinId(target),
        $relationshipName: 'contains',
        $etag: tag,
        installedOn: `20${String(15 + (index % 10))}-0${1 + (index % 9)}-01`,
      };
    }
    if (index < this.#contains + this.#feeds) {
      const terminal = placeOf(terminalAt(index - this.#contains));
      return {
        $relationshipId: 'feeds-room',
        $sourceId: twinId(terminal),
        $targetId: twinId(parentOf(terminal)),
        $relationshipName: 'feeds',
        $etag: tag,
        airflow: 40 + (index % 60),
      };
    }
    const extra = index - this.#contains - this.#feeds;
    const source = extra % this.#twinCount;
    const round = Math.floor(extra / this.#twinCount);
    return {
      $relationshipId: `related-${round + 1}`,
      $sourceId: twinId(placeOf(source)),
      $targetId: twinId(placeOf((source + this.#offset(round)) % this.#twinCount)),
      $relationshipName: 'relatedTo',
      $etag: tag,
      weight: index % 100,
    };
  }

  #indexOfRelationship(key: string): number | undefined {
    const slash = key.indexOf('/');
    const sourceId = key.slice(0, slash);
    const relationshipId = key.slice(slash + 1);
    const round = /^related-([1-9]\d*)$/.exec(relationshipId)?.[1];
    if (round !== undefined) {
      const source = this.#indexOfTwin(sourceId);
      const extra = source === undefined ? Infinity : (Number(round) - 1) * this.#twinCount + source;
      return extra < this.#extras ? this.#contains + this.#feeds + extra : undefined;
    }
    return this.#builtFrom(sourceId).find((index) => this.#relationship(index).$relationshipId === relationshipId);
  }
}

function wholeNumber(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`The number of ${name} is a whole number from 0, not ${value}.`);
  }
  return value;
}

function placeOf(index: number): Place {
  const building = Math.floor(index / buildingBlock);
  const within = index % buildingBlock;
  if (within === 0) {
    return { kind: 'building', building };
  }
  const floor = Math.floor((within - 1) / floorBlock);
  const onFloor = (within - 1) % floorBlock;
  if (onFloor === 0) {
    return { kind: 'floor', building, floor };
  }
  const room = Math.floor((onFloor - 1) / roomBlock);
  const inRoom = (onFloor - 1) % roomBlock;
  return inRoom === 0
    ? { kind: 'room', building, floor, room }
    : { kind: 'device', building, floor, room, device: inRoom - 1 };
}

function indexOf(place: Place): number {
  const building = place.building * buildingBlock;
  if (place.kind === 'building') {
    return building;
  }
  const floor = building + 1 + place.floor * floorBlock;
  if (place.kind === 'floor') {
    return floor;
  }
  const room = floor + 1 + place.room * roomBlock;
  return place.kind === 'room' ? room : room + 1 + place.device;
}

/** Where a place is contained; a building is its own. */
function parentOf(place: Place): Place {
  const { building } = place;
  switch (place.kind) {
    case 'building':
    case 'floor':
      return { kind: 'building', building };
    case 'room':
      return { kind: 'floor', building, floor: place.floor };
    case 'device':
      return { kind: 'room', building, floor: place.floor, room: place.room };
  }
}

function children(index: number, count: number): number[] {
  const place = placeOf(index);
  const { length, step } = {
    building: { length: floorsPerBuilding, step: floorBlock },
    floor: { length: roomsPerFloor, step: roomBlock },
    room: { length: devices.length, step: 1 },
    device: { length: 0, step: 1 },
  }[place.kind];
  return Array.from({ length }, (_, child) => index + 1 + child * step).filter((child) => child < count);
}

function localName(place: Place): string {
  switch (place.kind) {
    case 'building':
      return `building-${place.building + 1}`;
    case 'floor':
      return `floor-${place.floor + 1}`;
    case 'room':
      return `room-${String(place.room + 1).padStart(2, '0')}`;
    case 'device':
      return devices[place.device] ?? 'device';
  }
}

function twinId(place: Place): string {
  return place.kind === 'building' ? localName(place) : `${twinId(parentOf(place))}-${localName(place)}`;
}

function indexOfPlace(id: string): number | undefined {
  const [, building, floor, room, device] = twinIdForm.exec(id) ?? [];
  if (building === undefined) {
    return undefined;
  }
  const inBuilding = { building: Number(building) - 1 };
  if (floor === undefined) {
    return indexOf({ kind: 'building', ...inBuilding });
  }
  const onFloor = { ...inBuilding, floor: Number(floor) - 1 };
  if (room === undefined) {
    return indexOf({ kind: 'floor', ...onFloor });
  }
  const inRoom = { ...onFloor, room: Number(room) - 1 };
  return device === undefined
    ? indexOf({ kind: 'room', ...inRoom })
    : indexOf({ kind: 'device', ...inRoom, device: devices.findIndex((name) => name === device) });
}

/** Every twin but the buildings is contained in another, so this numbers them without gaps. */
function containsIndex(child: number): number {
  return Math.floor(child / buildingBlock) * containsPerBuilding + (child % buildingBlock) - 1;
}

function childAt(contains: number): number {
  return Math.floor(contains / containsPerBuilding) * buildingBlock + (contains % containsPerBuilding) + 1;
}

function terminalAt(feed: number): number {
  const building = Math.floor(feed / feedsPerBuilding);
  const within = feed % feedsPerBuilding;
  return indexOf({
    kind: 'device',
    building,
    floor: Math.floor(within / roomsPerFloor),
    room: within % roomsPerFloor,
    device: devices.length - 1,
  });
}

function feedOfTerminal(index: number): number | undefined {
  const place = placeOf(index);
  return place.kind === 'device' && place.device === devices.length - 1
    ? place.building * feedsPerBuilding + place.floor * roomsPerFloor + place.room
    : undefined;
}

function feedsAmong(twins: number): number {
  let count = Math.floor(twins / buildingBlock) * feedsPerBuilding;
  while (terminalAt(count) < twins) {
    count += 1;
  }
  return count;
}

function describePlace(place: Place, index: number): { model: string; properties: JsonObject } {
  switch (place.kind) {
    case 'building':
      return {
        model: 'Building',
        properties: { name: `Building ${place.building + 1}`, address: `${place.building + 1} Sample Street` },
      };
    case 'floor':
      return { model: 'Floor', properties: { name: `Floor ${place.floor + 1}`, level: place.floor + 1 } };
    case 'room':
      return {
        model: 'Room',
        properties: {
          name: `Room ${(place.floor + 1) * 100 + place.room + 1}`,
          area: 12 + (index % 30),
          occupied: index % 3 === 0,
        },
      };
    case 'device': {
      switch (devices[place.device]) {
        case 'temperature':
          return { model: 'Sensor', properties: { name: 'Temperature', unit: '°C', value: 19 + (index % 50) / 10 } };
        case 'humidity':
          return { model: 'Sensor', properties: { name: 'Humidity', unit: '%', value: 30 + (index % 40) } };
        case 'co2':
          return { model: 'Sensor', properties: { name: 'CO₂', unit: 'ppm', value: 400 + (index % 900) } };
        default:
          return { model: 'AirTerminal', properties: { name: 'Air terminal', maximumAirflow: 100 } };
      }
    }
  }
}

/** The same etag for the same item in every run. */
function etag(kind: 'twin' | 'relationship', index: number): string {
  let state = index ^ (kind === 'twin' ? 0x2545f491 : 0x5bd1e995);
  const word = (): string => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x9e3779b9;
    return (state >>> 0).toString(16).padStart(8, '0');
  };
  const hex = word() + word() + word() + word();
  return `W/"${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}"`;
}

function property(name: string, schema: string): JsonObject {
  return { '@type': 'Property', name, schema, writable: true };
}

function baseModels(): JsonObject[] {
  const model = (name: string, contents: JsonObject[], base?: string): JsonObject => ({
    '@id': `${namespace}:${name};1`,
    '@type': 'Interface',
    '@context': 'dtmi:dtdl:context;2',
    displayName: { en: name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ') },
    ...(base !== undefined && { extends: `${namespace}:${base};1` }),
    contents,
  });
  return [
    model('Asset', [
      property('name', 'string'),
      { '@type': 'Relationship', name: 'relatedTo', properties: [property('weight', 'integer')] },
    ]),
    model('Thermostat', [property('targetTemperature', 'double')]),
    model(
      'Space',
      [{ '@type': 'Relationship', name: 'contains', properties: [property('installedOn', 'date')] }],
      'Asset',
    ),
    model('Building', [property('address', 'string')], 'Space'),
    model('Floor', [property('level', 'integer')], 'Space'),
    model('Room', [property('area', 'double'), property('occupied', 'boolean')], 'Space'),
    model('Device', [], 'Asset'),
    model('Sensor', [property('unit', 'string'), property('value', 'double')], 'Device'),
    model(
      'AirTerminal',
      [
        property('maximumAirflow', 'double'),
        { '@type': 'Component', name: 'thermostat', schema: `${namespace}:Thermostat;1` },
        {
          '@type': 'Relationship',
          name: 'feeds',
          target: `${namespace}:Room;1`,
          properties: [property('airflow', 'double')],
        },
      ],
      'Device',
    ),
  ];
}

function sampleModels(count: number, uploadedAt: number): Model[] {
  const base = baseModels();
  const definitions = Array.from(
    { length: count },
    (_, index): JsonObject =>
      base[index] ?? {
        '@id': `${namespace}:Equipment${index - base.length + 1};1`,
        '@type': 'Interface',
        '@context': 'dtmi:dtdl:context;2',
        displayName: { en: `Equipment ${index - base.length + 1}` },
        extends: `${namespace}:Device;1`,
        contents: [property('serialNumber', 'string')],
      },
  );
  return definitions.map((definition) => modelOf(definition, uploadedAt));
}

/** A DTDL interface as the instance keeps it. A display name without a language is taken as English. */
export function modelOf(definition: JsonObject, uploadedAt: number): Model {
  return {
    id: String(definition['@id']),
    displayName: languageMap(definition['displayName']),
    description: languageMap(definition['description']),
    uploadedAt,
    decommissioned: false,
    references: modelReferences(definition),
    definition,
  };
}

function languageMap(value: unknown): JsonObject {
  if (typeof value === 'string') {
    return { en: value };
  }
  return isObject(value) ? value : {};
}
