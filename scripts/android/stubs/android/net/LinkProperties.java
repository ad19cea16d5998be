package android.net;

public final class LinkProperties {
    public native java.util.List<LinkAddress> getLinkAddresses();

    public native java.util.List<RouteInfo> getRoutes();
}
