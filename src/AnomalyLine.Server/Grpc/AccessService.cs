using System.Globalization;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Who may do what.</summary>
internal sealed class AccessService(AccessControl access, Accounts accounts, OwnPassword own) : Wire.AccessService.AccessServiceBase
{
    public override Task<Wire.GetIdentityResponse> GetIdentity(Wire.GetIdentityRequest request, ServerCallContext context)
    {
        var who = Visit.Of(context.GetHttpContext()).Who!;
        return Task.FromResult(new Wire.GetIdentityResponse { Name = who.Kind == IdentityKind.Local ? context.ToCaller().User : who.Name, Role = who.Role.ToWire(), Kind = who.KindWord });
    }

    public override async Task<Wire.ChangePasswordResponse> ChangePassword(Wire.ChangePasswordRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var outcome = await own.ChangeAsync(Visit.Of(http).Who!, request.Current, request.Password, Origins.AddressOf(http), context.ToCaller(), context.CancellationToken);
        return new Wire.ChangePasswordResponse { User = ToUser(outcome.OrThrow()) };
    }

    public override Task<Wire.ListUsersResponse> ListUsers(Wire.ListUsersRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListUsersResponse { Users = { access.Users.All.Select(ToUser) }, Fault = access.Users.Fault });

    public override async Task<Wire.AddUserResponse> AddUser(Wire.AddUserRequest request, ServerCallContext context) =>
        new() { User = ToUser((await accounts.AddUserAsync(request.Name, ToRole(request.Role), request.Password, context.ToCaller())).OrThrow()) };

    public override async Task<Wire.SetUserRoleResponse> SetUserRole(Wire.SetUserRoleRequest request, ServerCallContext context) =>
        new() { User = ToUser((await accounts.SetRoleAsync(request.Name, ToRole(request.Role), context.ToCaller())).OrThrow()) };

    public override async Task<Wire.SetUserPasswordResponse> SetUserPassword(Wire.SetUserPasswordRequest request, ServerCallContext context) =>
        new() { User = ToUser((await accounts.SetPasswordAsync(request.Name, request.Password, context.ToCaller())).OrThrow()) };

    public override async Task<Wire.RemoveSecondFactorResponse> RemoveSecondFactor(Wire.RemoveSecondFactorRequest request, ServerCallContext context) =>
        new() { User = ToUser((await accounts.RemoveSecondFactorAsync(request.Name, context.ToCaller())).OrThrow()) };

    public override async Task<Wire.RemoveUserResponse> RemoveUser(Wire.RemoveUserRequest request, ServerCallContext context)
    {
        (await accounts.RemoveUserAsync(request.Name, context.ToCaller())).OrThrow();
        return new Wire.RemoveUserResponse();
    }

    public override Task<Wire.ListKeysResponse> ListKeys(Wire.ListKeysRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListKeysResponse { Keys = { access.Keys.All.Select(ToKey) }, Fault = access.Keys.Fault });

    public override async Task<Wire.AddKeyResponse> AddKey(Wire.AddKeyRequest request, ServerCallContext context)
    {
        var role = ToRole(request.Role);
        var bounds = KeyBounds.Create(role, request.LastDay, request.Stations, request.Networks).OrThrow();
        var proof = CertificateProof.Create(request.Certificate, request.Subject).OrThrow();
        var (account, key) = (await accounts.AddKeyAsync(request.Name, role, bounds, proof, context.ToCaller())).OrThrow();
        return new Wire.AddKeyResponse { Key = ToKey(account), Secret = key };
    }

    public override async Task<Wire.RevokeKeyResponse> RevokeKey(Wire.RevokeKeyRequest request, ServerCallContext context)
    {
        (await accounts.RevokeKeyAsync(request.Name, context.ToCaller())).OrThrow();
        return new Wire.RevokeKeyResponse();
    }

    public override Task<Wire.ListSessionsResponse> ListSessions(Wire.ListSessionsRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListSessionsResponse { Sessions = { access.Sessions.All.Select(ToSession) } });

    public override async Task<Wire.EndSessionResponse> EndSession(Wire.EndSessionRequest request, ServerCallContext context)
    {
        (await accounts.EndSessionAsync(request.Id, context.ToCaller())).OrThrow();
        return new Wire.EndSessionResponse();
    }

    private static Wire.Session ToSession(Session session) => new()
    {
        Id = session.Id,
        Name = session.Who.Name,
        Role = session.Who.Role.ToWire(),
        Kind = session.Who.KindWord,
        Address = session.Address,
        BeginTime = session.Begin.ToTimestamp(),
        LastClickTime = session.LastClick.ToTimestamp(),
    };

    private static Wire.User ToUser(Account user) => new() { Name = user.Name, Role = user.Role.ToWire(), HasPassword = UserList.HasPassword(user), HasSecondFactor = UserList.HasSecondFactor(user) };

    private static Wire.Key ToKey(Account key)
    {
        var bounds = KeyBounds.Of(key);
        return new Wire.Key
        {
            Name = key.Name,
            Role = key.Role.ToWire(),
            CreationDay = KeyList.DayOf(key),
            LastDay = bounds.LastDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            Stations = { bounds.Stations },
            Networks = { bounds.Networks.Select(network => network.ToString()) },
            Certificate = CertificateProof.Of(key)?.Thumbprint ?? "",
            Subject = CertificateProof.Of(key)?.Subject ?? "",
        };
    }

    private static AccessRole ToRole(Wire.Role role) => EnumWire.FromWire<AccessRole, Wire.Role>(role, "role");
}
