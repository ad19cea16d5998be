@_exported import Foundation
import Observation
import UIKit
import UniformTypeIdentifiers

// MARK: Views

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}
extension Never: View { public var body: Never { fatalError() } }
@MainActor public struct EmptyView: View { public init() {}; public var body: Never { fatalError() } }
@MainActor public struct TupleView<each V>: View { public var body: Never { fatalError() } }
extension Optional: View where Wrapped: View { public var body: Never { fatalError() } }
@MainActor public struct Either<A: View, B: View>: View { public var body: Never { fatalError() } }

@resultBuilder @MainActor public enum ViewBuilder {
    public static func buildBlock() -> EmptyView { fatalError() }
    public static func buildBlock<V: View>(_ view: V) -> V { view }
    public static func buildBlock<each V: View>(_ view: repeat each V) -> TupleView<repeat each V> { fatalError() }
    public static func buildExpression<V: View>(_ view: V) -> V { view }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
    public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { fatalError() }
    public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { fatalError() }
}

@MainActor @preconcurrency public protocol ViewModifier {
    associatedtype Body: View
    typealias Content = ModifiedContent
    @ViewBuilder @MainActor @preconcurrency func body(content: Content) -> Body
}
@MainActor public struct ModifiedContent: View { public var body: Never { fatalError() } }

@MainActor @preconcurrency public protocol Scene {
    associatedtype Body: Scene
    @MainActor @preconcurrency var body: Body { get }
}
extension Never: Scene {}
@MainActor public struct WindowGroup<Content: View>: Scene {
    public init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
extension Scene {
    public func onChange<V: Equatable>(of value: V, _ action: @escaping (V, V) -> Void) -> some Scene { self }
}
@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}
extension App { @MainActor public static func main() {} }

// MARK: State

@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { fatalError() }
}
extension State where Value: ExpressibleByNilLiteral { public init() { fatalError() } }
@propertyWrapper @dynamicMemberLookup public struct Binding<Value> {
    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { self }
    public subscript<T>(dynamicMember path: WritableKeyPath<Value, T>) -> Binding<T> { fatalError() }
}
@propertyWrapper @dynamicMemberLookup public struct Bindable<Value: AnyObject & Observable> {
    public init(wrappedValue: Value) {}
    public var wrappedValue: Value { fatalError() }
    public var projectedValue: Bindable<Value> { self }
    public subscript<T>(dynamicMember path: ReferenceWritableKeyPath<Value, T>) -> Binding<T> { fatalError() }
}
public enum ScenePhase: Equatable, Sendable { case background, inactive, active }
public enum UserInterfaceSizeClass: Equatable, Sendable { case compact, regular }
public enum LayoutDirection: Equatable, Sendable { case leftToRight, rightToLeft }
public struct EnvironmentValues {
    public var scenePhase: ScenePhase { fatalError() }
    public var layoutDirection: LayoutDirection { get { fatalError() } set {} }
    public var horizontalSizeClass: UserInterfaceSizeClass? { get { fatalError() } set {} }
}
@propertyWrapper public struct Environment<Value> {
    public init(_ path: KeyPath<EnvironmentValues, Value>) {}
    public var wrappedValue: Value { fatalError() }
}

@propertyWrapper public struct FocusState<Value: Hashable> {
    public init() where Value == Bool { fatalError() }
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding { fatalError() }
    public struct Binding {}
}

// MARK: Values

public struct Color: View, Sendable {
    public static let black = Color(), white = Color(), accentColor = Color(), primary = Color(), secondary = Color()
    public static let teal = Color(), indigo = Color(), brown = Color(), purple = Color()
    public static let blue = Color(), pink = Color(), green = Color(), orange = Color()
    init() {}
    public init(uiColor: UIColor) {}
    public func opacity(_ value: Double) -> Color { self }
    public var body: Never { fatalError() }
}
public struct Font: Sendable {
    public static let title2 = Font(), title3 = Font(), headline = Font(), subheadline = Font(), footnote = Font()
    public static let largeTitle = Font(), caption2 = Font()
    public func bold() -> Font { self }
    public func monospacedDigit() -> Font { self }
}
public struct Alignment: Sendable {
    public static let leading = Self(), trailing = Self(), center = Self(), bottomTrailing = Self()
}
public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public enum VerticalAlignment: Sendable { case top, center, bottom }
public enum Axis: Sendable {
    case horizontal, vertical
    public struct Set: Sendable {
        public init() {}
        public static let horizontal = Self(), vertical = Self()
    }
}
public enum ContentMode: Sendable { case fit, fill }
public enum ControlSize: Sendable { case small, regular, large }
public struct UnitPoint: Sendable { public static let bottom = Self() }
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum Visibility: Sendable { case automatic, visible, hidden }
public enum VerticalEdge: Sendable { case top, bottom }
public struct Edge {
    public struct Set: Sendable {
        public static let top = Self(), bottom = Self(), horizontal = Self(), vertical = Self(), leading = Self()
    }
}
public struct SubmitLabel: Sendable { public static let done = Self() }
public struct ScrollDismissesKeyboardMode: Sendable { public static let interactively = Self() }
public struct ButtonRole: Sendable { public static let destructive = Self(), cancel = Self() }
public struct KeyEquivalent: Sendable { public static let `return` = Self() }
public struct EventModifiers: Sendable { public static let command = Self() }
public struct AccessibilityTraits: Sendable { public static let isHeader = Self(), isImage = Self() }
public enum AccessibilityChildBehavior: Sendable { case ignore, contain, combine }
public struct TextInputAutocapitalization: Sendable { public static var never: Self { Self() } }
public protocol ShapeStyle {}
extension Color: ShapeStyle {}
public struct TintShapeStyle: ShapeStyle {}
extension ShapeStyle where Self == TintShapeStyle { public static var tint: TintShapeStyle { TintShapeStyle() } }
public struct Material: ShapeStyle { public static let thinMaterial = Material() }
extension ShapeStyle where Self == Material { public static var thinMaterial: Material { Material() } }
extension ShapeStyle where Self == Color {
    public static var white: Color { Color() }
    public static var secondary: Color { Color() }
    public static var orange: Color { Color() }
}
public protocol PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == PlainButtonStyle { public static var plain: Self { Self() } }
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle { public static var bordered: Self { Self() } }
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: Self { Self() }
}
public protocol TextFieldStyle {}
public struct RoundedBorderTextFieldStyle: TextFieldStyle {}
extension TextFieldStyle where Self == RoundedBorderTextFieldStyle { public static var roundedBorder: Self { Self() } }
public protocol TextSelectability {}
public struct EnabledTextSelectability: TextSelectability {}
extension TextSelectability where Self == EnabledTextSelectability { public static var enabled: Self { Self() } }
public protocol Shape: View {}
extension Shape { public var body: Never { fatalError() } }
public struct Circle: Shape { public init() {} }
public struct Capsule: Shape { public init() {} }
public struct Rectangle: Shape { public init() {} }
extension Shape {
    public func trim(from: CGFloat = 0, to: CGFloat = 1) -> some Shape { self }
    public func stroke<S: ShapeStyle>(_ style: S, lineWidth: CGFloat = 1) -> some View { self }
    public func fill<S: ShapeStyle>(_ style: S) -> some View { self }
}
public struct Angle: Sendable { public static func degrees(_ degrees: Double) -> Angle { Angle() } }
extension View { public func rotationEffect(_ angle: Angle) -> some View { self } }
public struct UnevenRoundedRectangle: Shape {
    public init(
        topLeadingRadius: CGFloat = 0, bottomLeadingRadius: CGFloat = 0, bottomTrailingRadius: CGFloat = 0,
        topTrailingRadius: CGFloat = 0
    ) {}
}
public struct RoundedRectangle: Shape {
    public init(cornerRadius: CGFloat) {}
    public func strokeBorder<S: ShapeStyle>(_ style: S, lineWidth: CGFloat) -> some View { self }
}
public struct Path {
    public init() {}
    public init(_ rectangle: CGRect) {}
    public mutating func addRect(_ rectangle: CGRect) {}
}
public struct FillStyle { public init(eoFill: Bool = false, antialiased: Bool = true) {} }
public struct GraphicsContext {
    public struct Shading { public static func color(_ color: Color) -> Shading { Shading() } }
    public func fill(_ path: Path, with shading: Shading, style: FillStyle = FillStyle()) {}
}

// MARK: Controls

@MainActor public struct Text: View {
    nonisolated public init(verbatim: String) {}
    public init<S: StringProtocol>(_ text: S) {}
    public init(_ text: AttributedString) {}
    public func font(_ font: Font?) -> Text { self }
    public func monospacedDigit() -> Text { self }
    public func speechSpellsOutCharacters(_ value: Bool = true) -> Text { self }
    public var body: Never { fatalError() }
}
@MainActor public struct Image: View {
    public init(systemName: String) {}
    public init(uiImage: UIImage) {}
    public func resizable() -> Image { fatalError() }
    public var body: Never { fatalError() }
}
@MainActor public struct Label<Title: View, Icon: View>: View {
    public init(@ViewBuilder title: () -> Title, @ViewBuilder icon: () -> Icon) {}
    public var body: Never { fatalError() }
}
@MainActor public struct Button<Label: View>: View {
    public init(role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError() }
}
extension Button where Label == Text {
    public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {}
}
@MainActor public struct Menu<Label: View, Content: View>: View {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ControlGroup<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct Form<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct Section<Parent: View, Content: View, Footer: View>: View {
    public var body: Never { fatalError() }
}
extension Section {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder header: () -> Parent, @ViewBuilder footer: () -> Footer) {}
}
extension Section where Parent == EmptyView {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder footer: () -> Footer) {}
}
extension Section where Parent == EmptyView, Footer == EmptyView {
    public init(@ViewBuilder content: () -> Content) {}
}
@MainActor public struct DisclosureGroup<Label: View, Content: View>: View {
    public init(isExpanded: Binding<Bool>, @ViewBuilder content: @escaping () -> Content, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError() }
}
@MainActor public struct GeometryProxy { public var size: CGSize { fatalError() } }
@MainActor public struct GeometryReader<Content: View>: View {
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ViewThatFits<Content: View>: View {
    public init(in axes: Axis.Set = Axis.Set(), @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct NavigationStack<Root: View>: View {
    public init(@ViewBuilder root: () -> Root) {}
    public init<Data: RandomAccessCollection>(path: Binding<Data>, @ViewBuilder root: () -> Root)
    where Data.Element: Hashable {}
    public var body: Never { fatalError() }
}
@MainActor public struct NavigationSplitView<Sidebar: View, Detail: View>: View {
    public init(@ViewBuilder sidebar: () -> Sidebar, @ViewBuilder detail: () -> Detail) {}
    public var body: Never { fatalError() }
}
public struct ToolbarItemPlacement: Sendable {
    public static let primaryAction = Self(), cancellationAction = Self(), principal = Self()
}
@MainActor public protocol ToolbarContent {}
@MainActor public struct ToolbarItem<Content: View>: ToolbarContent {
    public init(placement: ToolbarItemPlacement, @ViewBuilder content: () -> Content) {}
}
extension Optional: ToolbarContent where Wrapped: ToolbarContent {}
@MainActor public struct ToolbarItems: ToolbarContent {}
@resultBuilder @MainActor public enum ToolbarContentBuilder {
    public static func buildBlock<each C: ToolbarContent>(_ content: repeat each C) -> ToolbarItems { fatalError() }
    public static func buildIf<C: ToolbarContent>(_ content: C?) -> C? { content }
}
public enum NavigationBarItem { public enum TitleDisplayMode: Sendable { case automatic, inline, large } }
@MainActor public struct ShareLink<Label: View>: View {
    public init(item: String, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError() }
}
@MainActor public struct Toggle<Label: View>: View {
    public init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError() }
}
@MainActor public struct TextField: View {
    public init<S: StringProtocol>(_ title: S, text: Binding<String>) {}
    public init<S: StringProtocol>(_ title: S, text: Binding<String>, prompt: Text?) {}
    public init<S: StringProtocol>(_ title: S, text: Binding<String>, axis: Axis) {}
    public init<S: StringProtocol>(_ title: S, text: Binding<String>, prompt: Text?, axis: Axis) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ProgressView: View {
    public init() {}
    public init<V: BinaryFloatingPoint>(value: V?, total: V = 1.0) {}
    public var body: Never { fatalError() }
}
@MainActor public struct Divider: View { public init() {}; public var body: Never { fatalError() } }
@MainActor public struct VStack<Content: View>: View {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct LazyVStack<Content: View>: View {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct HStack<Content: View>: View {
    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ZStack<Content: View>: View {
    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ScrollView<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ScrollViewProxy {
    public func scrollTo<ID: Hashable>(_ id: ID, anchor: UnitPoint? = nil) {}
}
@MainActor public struct ScrollViewReader<Content: View>: View {
    public init(@ViewBuilder content: @escaping (ScrollViewProxy) -> Content) {}
    public var body: Never { fatalError() }
}
@MainActor public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: View {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
    public var body: Never { fatalError() }
}
extension ForEach where Data.Element: Identifiable, ID == Data.Element.ID {
    public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}
@MainActor public struct Canvas: View {
    public init(opaque: Bool = false, renderer: @escaping (inout GraphicsContext, CGSize) -> Void) {}
    public var body: Never { fatalError() }
}
public struct PeriodicTimelineSchedule {}
extension PeriodicTimelineSchedule {
    public static func periodic(from start: Date, by interval: TimeInterval) -> Self { Self() }
}
public struct TimelineViewDefaultContext { public var date: Date { fatalError() } }
@MainActor public struct TimelineView<Content: View>: View {
    public init(
        _ schedule: PeriodicTimelineSchedule, @ViewBuilder content: @escaping (TimelineViewDefaultContext) -> Content
    ) {}
    public var body: Never { fatalError() }
}

// MARK: What every view can do

extension View {
    public func font(_ font: Font?) -> some View { self }
    public func tint(_ color: Color?) -> some View { self }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { self }
    public func background<S: ShapeStyle>(_ style: S) -> some View { self }
    public func background<S: ShapeStyle, T: Shape>(_ style: S, in shape: T) -> some View { self }
    public func padding(_ length: CGFloat? = nil) -> some View { self }
    public func padding(_ edges: Edge.Set, _ length: CGFloat? = nil) -> some View { self }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View { self }
    public func ignoresSafeArea() -> some View { self }
    public func safeAreaInset<V: View>(
        edge: VerticalEdge, spacing: CGFloat? = nil, @ViewBuilder content: () -> V
    ) -> some View { self }
    public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View { self }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { self }
    public func lineLimit(_ number: Int?) -> some View { self }
    public func focused(_ condition: FocusState<Bool>.Binding) -> some View { self }
    public func textContentType(_ type: UITextContentType?) -> some View { self }
    public func submitLabel(_ label: SubmitLabel) -> some View { self }
    public func onSubmit(_ action: @escaping () -> Void) -> some View { self }
    public func scrollDismissesKeyboard(_ mode: ScrollDismissesKeyboardMode) -> some View { self }
    public func keyboardShortcut(_ key: KeyEquivalent, modifiers: EventModifiers = .command) -> some View { self }
    public func contextMenu<V: View>(@ViewBuilder menuItems: () -> V) -> some View { self }
    public func navigationTitle<S: StringProtocol>(_ title: S) -> some View { self }
    public func navigationBarTitleDisplayMode(_ mode: NavigationBarItem.TitleDisplayMode) -> some View { self }
    public func navigationBarBackButtonHidden(_ hidden: Bool = true) -> some View { self }
    public func navigationDestination<D: Hashable, V: View>(
        for data: D.Type, @ViewBuilder destination: @escaping (D) -> V
    ) -> some View { self }
    public func toolbar<C: ToolbarContent>(@ToolbarContentBuilder content: () -> C) -> some View { self }
    public func fullScreenCover<V: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> V
    ) -> some View { self }
    public func confirmationDialog<S: StringProtocol, A: View, M: View>(
        _ title: S, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        @ViewBuilder actions: () -> A, @ViewBuilder message: () -> M
    ) -> some View { self }
    public func frame(
        minWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil, maxHeight: CGFloat? = nil,
        alignment: Alignment = .center
    ) -> some View { self }
    public func aspectRatio(_ ratio: CGFloat? = nil, contentMode: ContentMode) -> some View { self }
    public func clipShape<S: Shape>(_ shape: S) -> some View { self }
    public func scaledToFit() -> some View { self }
    public func controlSize(_ size: ControlSize) -> some View { self }
    public func lineLimit(_ range: ClosedRange<Int>) -> some View { self }
    public func disabled(_ disabled: Bool) -> some View { self }
    public func id<ID: Hashable>(_ id: ID) -> some View { self }
    public func modifier<M: ViewModifier>(_ modifier: M) -> some View { self }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { self }
    public func textFieldStyle<S: TextFieldStyle>(_ style: S) -> some View { self }
    public func textSelection<S: TextSelectability>(_ selectability: S) -> some View { self }
    public func textInputAutocapitalization(_ value: TextInputAutocapitalization?) -> some View { self }
    public func autocorrectionDisabled(_ value: Bool = true) -> some View { self }
    public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View { self }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { self }
    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View { self }
    public func accessibilityHidden(_ hidden: Bool) -> some View { self }
    public func accessibilityLabel(_ label: Text) -> some View { self }
    public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { self }
    public func onAppear(perform action: (() -> Void)? = nil) -> some View { self }
    public func onDisappear(perform action: (() -> Void)? = nil) -> some View { self }
    public func task(_ action: @escaping @Sendable @MainActor () async -> Void) -> some View { self }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void) -> some View {
        self
    }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping () -> Void) -> some View {
        self
    }
    public func simultaneousGesture<G: Gesture>(_ gesture: G) -> some View { self }
    public func sheet<Item: Identifiable, Content: View>(
        item: Binding<Item?>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping (Item) -> Content
    ) -> some View { self }
    public func fileImporter(
        isPresented: Binding<Bool>, allowedContentTypes: [UTType], allowsMultipleSelection: Bool,
        onCompletion: @escaping (Result<[URL], any Error>) -> Void
    ) -> some View { self }
}

@MainActor @preconcurrency public protocol Gesture {}
public struct TapGesture: Gesture {
    public init(count: Int = 1) {}
    public func onEnded(_ action: @escaping (()) -> Void) -> some Gesture { self }
}

// MARK: UIKit inside

@MainActor public struct UIViewRepresentableContext<R> {}
@MainActor @preconcurrency public protocol UIViewRepresentable: View {
    associatedtype UIViewType: UIView
    typealias Context = UIViewRepresentableContext<Self>
    @MainActor @preconcurrency func makeUIView(context: Context) -> UIViewType
    @MainActor @preconcurrency func updateUIView(_ view: UIViewType, context: Context)
}
extension UIViewRepresentable { public var body: Never { fatalError() } }
@MainActor @preconcurrency public protocol UIViewControllerRepresentable: View {
    associatedtype UIViewControllerType: UIViewController
    typealias Context = UIViewControllerRepresentableContext<Self>
    associatedtype Coordinator = Void
    @MainActor @preconcurrency func makeCoordinator() -> Coordinator
    @MainActor @preconcurrency func makeUIViewController(context: Context) -> UIViewControllerType
    @MainActor @preconcurrency func updateUIViewController(_ controller: UIViewControllerType, context: Context)
}
extension UIViewControllerRepresentable { public var body: Never { fatalError() } }
extension UIViewControllerRepresentable where Coordinator == Void { public func makeCoordinator() {} }
@MainActor public struct UIViewControllerRepresentableContext<R: UIViewControllerRepresentable> {
    public var coordinator: R.Coordinator { fatalError() }
}
