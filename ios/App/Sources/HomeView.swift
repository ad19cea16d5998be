import Shell
import SwiftUI

/// Two large tiles, and beneath them what is under way, what waits, and everybody who was met.
struct HomeView: View {
    let page: Page
    let perform: (Action) -> Void

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 20) {
                // Below each other where large text needs the room.
                ViewThatFits(in: .horizontal) {
                    HStack(spacing: 12) { tiles }
                    VStack(spacing: 12) { tiles }
                }
                ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                    Text(line).foregroundStyle(.secondary)
                }
                part(.underWayList, page.underWay)
                part(.waitingList, page.waiting)
                if !page.people.isEmpty {
                    Heading(.people)
                    ForEach(page.people) { PersonRowView(row: $0, perform: perform) }
                }
            }
            .padding()
        }
        .navigationTitle(say(page.title))
        .toolbar {
            ToolbarItem(placement: .primaryAction) {
                MoreMenu(choices: page.menu, perform: perform)
            }
        }
    }

    @ViewBuilder private var tiles: some View {
        ForEach(Array(page.tiles.enumerated()), id: \.offset) { place, tile in
            TileView(tile: tile, isFirst: place == 0, perform: perform)
        }
    }

    @ViewBuilder private func part(_ title: Key, _ rows: [ListRow]) -> some View {
        if !rows.isEmpty {
            Heading(title)
            ForEach(rows) { ListRowView(row: $0, perform: perform) }
        }
    }
}

private struct Heading: View {
    let title: Key

    init(_ title: Key) {
        self.title = title
    }

    var body: some View {
        Text(title)
            .font(.headline)
            .foregroundStyle(.tint)
            .accessibilityAddTraits(.isHeader)
    }
}

private struct TileView: View {
    let tile: Tile
    let isFirst: Bool
    let perform: (Action) -> Void

    var body: some View {
        Button {
            perform(tile.choice.action)
        } label: {
            VStack(alignment: .leading, spacing: 4) {
                Image(systemName: tile.choice.action.picture)
                    .font(.largeTitle)
                    .padding(.bottom, 24)
                    .accessibilityHidden(true)
                Text(tile.choice.label).font(.headline)
                Text(tile.text).font(.subheadline)
            }
            .multilineTextAlignment(.leading)
            .frame(minWidth: 130, maxWidth: .infinity, alignment: .leading)
            .padding(20)
            .foregroundStyle(isFirst ? Color(uiColor: .systemBackground) : Color.primary)
            .background(isFirst ? Color.accentColor : Color.accentColor.opacity(0.2))
            .clipShape(RoundedRectangle(cornerRadius: 28))
        }
        .buttonStyle(.plain)
        .accessibilityElement(children: .combine)
    }
}

/// Something that is under way or waits. What else can be done with it appears on a swipe and a long touch.
struct ListRowView: View {
    let row: ListRow
    let perform: (Action) -> Void

    var body: some View {
        HStack(spacing: 12) {
            Button {
                perform(row.open.action)
            } label: {
                HStack(spacing: 12) {
                    if let initial = row.initial {
                        Avatar(initial: initial)
                    } else {
                        Image(systemName: "link.circle").font(.largeTitle).foregroundStyle(.orange)
                            .accessibilityHidden(true)
                    }
                    VStack(alignment: .leading, spacing: 2) {
                        Text(row.title).font(.headline)
                        if let status = row.status {
                            Text(status).font(.subheadline).foregroundStyle(.secondary)
                        }
                        if let last = row.last {
                            Text(verbatim: last).lineLimit(1).foregroundStyle(.secondary)
                        }
                        if let deadline = row.deadline { TimeLeft(deadline: deadline) }
                    }
                    .multilineTextAlignment(.leading)
                    .frame(maxWidth: .infinity, alignment: .leading)
                    NewsOf(at: row.at, unread: row.unread)
                }
                .frame(minHeight: 44)
            }
            .buttonStyle(.plain)
            .accessibilityElement(children: .combine)
            if !row.more.isEmpty {
                MoreMenu(choices: row.more, perform: perform).frame(minWidth: 44, minHeight: 44)
            }
        }
    }
}

/// When something was written last, and how much of it was not read.
private struct NewsOf: View {
    let at: UInt64?
    let unread: Int

    var body: some View {
        VStack(alignment: .trailing, spacing: 4) {
            if let at {
                Text(verbatim: clock(at)).font(.footnote).foregroundStyle(.secondary)
            }
            if unread > 0 {
                Text(verbatim: "\(unread)")
                    .font(.footnote.bold())
                    .foregroundStyle(.white)
                    .padding(6)
                    .background(Color.accentColor)
                    .clipShape(Circle())
                    .accessibilityLabel(Text(.counted(.unread, unread)))
            }
        }
    }
}

/// Somebody who was met.
private struct PersonRowView: View {
    let row: PersonRow
    let perform: (Action) -> Void

    var body: some View {
        Button {
            perform(row.action)
        } label: {
            HStack(spacing: 12) {
                Avatar(initial: row.initial, presence: row.presence)
                VStack(alignment: .leading, spacing: 2) {
                    HStack(spacing: 6) {
                        Text(row.name).font(.headline)
                        if row.isProven { VerifiedMark() }
                        if let place = row.place {
                            Text(place).font(.footnote).foregroundStyle(.secondary)
                        }
                    }
                    if let last = row.last {
                        Text(verbatim: last).lineLimit(1).foregroundStyle(.secondary)
                    } else {
                        Text(row.trust).font(.subheadline).foregroundStyle(.secondary)
                    }
                }
                .multilineTextAlignment(.leading)
                .frame(maxWidth: .infinity, alignment: .leading)
                NewsOf(at: row.at, unread: row.unread)
            }
            .frame(minHeight: 44)
        }
        .buttonStyle(.plain)
        .accessibilityElement(children: .combine)
    }
}
