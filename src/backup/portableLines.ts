import type { GraphPart, GraphItems } from '../service/graphReader.ts';
import { GrowingBuffer } from '../service/growingBuffer.ts';
import { openBrace } from '../service/jsonBytes.ts';
import { notPlain, PlainMembers } from './plainJson.ts';
import { portableRelationship, portableTwin } from './portable.ts';

/** The lines of a backup for the items of one page after the other, as UTF-8. */
export class PortableLines {
  readonly #part: GraphPart;
  readonly #cut: PlainCut;

  constructor(part: GraphPart) {
    this.#part = part;
    this.#cut = new PlainCut();
  }

  /**
   * The lines for some items; they stay what they are until it is called again.
   *
   * What is plain, as nearly all is, is cut out of the answer byte by byte: objects made of millions of items would cost
   * twice the time and much memory, for V8 never gives back the space for new objects while more are made.
   */
  of(items: GraphItems): Buffer {
    this.#cut.begin(items.bytes);
    for (let index = 0; index < items.count; index++) {
      const at = items.startOf(index);
      const isCut = this.#part === 'twins' ? this.#cut.twin(at) : this.#cut.relationship(at);
      if (!isCut) {
        const item = items.read(index);
        this.#cut.lines.addText(
          JSON.stringify(this.#part === 'twins' ? portableTwin(item) : portableRelationship(item)),
        );
      }
      this.#cut.lines.addText('\n');
    }
    return this.#cut.lines.bytes;
  }
}

const dollar = 0x24;
const emptyObject = '{}';

/** Names that the service has a meaning for, as they stand in its answers. */
const names = {
  dtId: Buffer.from('"$dtId"'),
  metadata: Buffer.from('"$metadata"'),
  model: Buffer.from('"$model"'),
  sourceId: Buffer.from('"$sourceId"'),
  relationshipId: Buffer.from('"$relationshipId"'),
  targetId: Buffer.from('"$targetId"'),
  relationshipName: Buffer.from('"$relationshipName"'),
} as const;

/**
 * Does to bytes what `portable.ts` does to objects: what a backup keeps of an item is the same by either, but that here all
 * that is kept stays in the order and with the escapes that it came with.
 */
class PlainCut {
  /** What has been made since {@link begin}. */
  readonly lines = new GrowingBuffer();
  #page: Buffer = Buffer.alloc(0);
  readonly #top = new PlainMembers();
  readonly #metadata = new PlainMembers();
  /** Components are within one another. */
  readonly #components: { readonly members: PlainMembers; readonly metadata: PlainMembers }[] = [];

  begin(page: Buffer): void {
    this.#page = page;
    this.lines.clear();
  }

  /** Adds a twin; false, and nothing is added, where it is not plain. */
  twin(at: number): boolean {
    const members = this.#top;
    if (members.read(this.#page, at) === notPlain) {
      return false;
    }
    const id = this.#find(members, names.dtId);
    if (id === notPlain || !this.#readMetadata(members, this.#metadata)) {
      return false;
    }
    this.lines.addText('{"$dtId":');
    this.#copyValue(members, id);
    this.lines.addText(',');
    this.#restOfComponent(members, this.#metadata, 0);
    return true;
  }

  /** Adds a relationship; false, and nothing is added, where it is not plain. */
  relationship(at: number): boolean {
    const members = this.#top;
    if (members.read(this.#page, at) === notPlain) {
      return false;
    }
    const source = this.#find(members, names.sourceId);
    const id = this.#find(members, names.relationshipId);
    const target = this.#find(members, names.targetId);
    const name = this.#find(members, names.relationshipName);
    if (source === notPlain || id === notPlain || target === notPlain || name === notPlain) {
      return false;
    }
    this.lines.addText('{"$dtId":');
    this.#copyValue(members, source);
    this.#copyMember(members, id);
    this.#copyMember(members, target);
    this.#copyMember(members, name);
    this.#properties(members, undefined, 0);
    this.lines.addText('}');
    return true;
  }

  /** Reads the metadata of a twin or a component; false where it has none that is an object. */
  #readMetadata(members: PlainMembers, metadata: PlainMembers): boolean {
    const own = this.#find(members, names.metadata);
    return own !== notPlain && metadata.read(this.#page, members.valueOf(own)) !== notPlain;
  }

  /** Adds a twin or a component from its metadata on. */
  #restOfComponent(members: PlainMembers, metadata: PlainMembers, level: number): void {
    const model = this.#find(metadata, names.model);
    this.lines.addText('"$metadata":');
    if (model === notPlain) {
      this.lines.addText(emptyObject);
    } else {
      this.lines.addText('{');
      this.lines.add(this.#page, metadata.keyOf(model), metadata.endOf(model));
      this.lines.addText('}');
    }
    this.#properties(members, metadata, level);
    this.lines.addText('}');
  }

  /** Adds all members that are not the service's. */
  #properties(members: PlainMembers, metadata: PlainMembers | undefined, level: number): void {
    for (let member = 0; member < members.count; member++) {
      const key = members.keyOf(member);
      if (this.#page[key + 1] === dollar) {
        continue;
      }
      const component = metadata ? this.#component(members, member, metadata, level) : undefined;
      if (component) {
        this.lines.addText(',');
        this.lines.add(this.#page, key, members.valueOf(member));
        this.lines.addText('{');
        this.#restOfComponent(component.members, component.metadata, level + 1);
      } else {
        this.#copyMember(members, member);
      }
    }
  }

  /** Reads a member that is a component: an object with metadata of its own, of which the metadata around it knows nothing. */
  #component(
    of: PlainMembers,
    member: number,
    metadata: PlainMembers,
    level: number,
  ): { readonly members: PlainMembers; readonly metadata: PlainMembers } | undefined {
    const value = of.valueOf(member);
    const isObject = this.#page[value] === openBrace;
    if (!isObject || this.#find(metadata, this.#page, of.keyOf(member), value - 1) !== notPlain) {
      return undefined;
    }
    const component = (this.#components[level] ??= { members: new PlainMembers(), metadata: new PlainMembers() });
    // It is plain, as part of what is.
    component.members.read(this.#page, value);
    return this.#readMetadata(component.members, component.metadata) ? component : undefined;
  }

  /** The member of a name: the last one, as JSON.parse has it; {@link notPlain} where there is none. */
  #find(members: PlainMembers, name: Buffer, from = 0, to = name.length): number {
    for (let member = members.count - 1; member >= 0; member--) {
      const key = members.keyOf(member);
      const hasLength = members.valueOf(member) - 1 - key === to - from;
      if (hasLength && this.#isSame(key, name, from, to)) {
        return member;
      }
    }
    return notPlain;
  }

  #isSame(at: number, other: Buffer, from: number, to: number): boolean {
    for (let index = from; index < to; index++) {
      if (this.#page[at + index - from] !== other[index]) {
        return false;
      }
    }
    return true;
  }

  #copyMember(members: PlainMembers, member: number): void {
    this.lines.addText(',');
    this.lines.add(this.#page, members.keyOf(member), members.endOf(member));
  }

  #copyValue(members: PlainMembers, member: number): void {
    this.lines.add(this.#page, members.valueOf(member), members.endOf(member));
  }
}
